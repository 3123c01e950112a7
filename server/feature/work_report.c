// A work report in the caller's language: its figures' names and units, and the document where a format is asked for.

#include "feature/features.h"
#include "feature/report_text.h"

static enum next report_after(struct call *call) {
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  Zoufang__V1__WorkReport *report = (Zoufang__V1__WorkReport *)call->response;
  report_name_figures(report, call->language);
  const char *format = ((const Zoufang__V1__GetWorkReportRequest *)call->request)->format;
  if (*format)
    report->document = report_document(report, format, call->language, &call->arena);
  return NEXT_REPLY;
}

const struct handler handler_get_work_report = {.method = "FigureService/GetWorkReport", .after = report_after};
