// PublicService: what SQL gives becomes a page or a file.

#include "feature/features.h"
#include "feature/published.h"

static enum next list_after(struct call *call) {
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  Zoufang__V1__ListPublicReportsResponse *response = (void *)call->response;
  call->language = LANGUAGE_ZH_CN;
  response->document = published_index(response, &call->arena);
  return NEXT_REPLY;
}

const struct handler handler_list_public_reports = {.method = "PublicService/ListPublicReports", .after = list_after};

static enum next get_after(struct call *call) {
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  Zoufang__V1__PublicReport *response = (void *)call->response;
  const Zoufang__V1__GetPublicReportRequest *request = (const void *)call->request;
  response->report->n_figures = response->n_figures;
  response->report->figures = response->figures;
  call->language = published_language(request->file);
  response->document = published_document(call->server->schema, response->report, request->file, &call->arena);
  response->n_figures = 0;
  response->figures = NULL;
  return NEXT_REPLY;
}

const struct handler handler_get_public_report = {.method = "PublicService/GetPublicReport", .after = get_after};
