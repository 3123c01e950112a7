// Exports. An export is a call with a thread and a connection of its own: the thread reads rows, writes them in the format and
// puts pieces of it into the call's outbox, as fast as the client takes them. The audit hears when it begins and how it ended.

#include "base/clock.h"
#include "call/jobs.h"
#include "call/outbox.h"
#include "feature/export_file.h"
#include "feature/export_life.h"
#include "feature/export_reader.h"
#include "feature/features.h"
#include "feature/step.h"
#include "schema/json.h"
#include "zoufang/export_steps.pb-c.h"
#include "zoufang/v1/exports.pb-c.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
  CHUNK_BYTES = 64 << 10,   // a file is told in pieces of about this size
  OUTBOX_BYTES = 512 << 10, // of which so much waits for a client at most
  LOOK_MS = 50,
  NAME_BYTES = 64,
};

// How long a client may take nothing at all: shorter than the transports wait for one, so that it is the export that ends, and
// the reason is told.
static const int64_t PATIENCE_US = 20 * 1000 * 1000;

struct export_kind {
  const char *method, *noun, *list, *rows;
};

static const struct export_kind kinds[] = {
    {"ExportService/ExportLeads", "leads", "/zoufang.v1.LeadService/ListLeads", "zoufang.ExportedLeads"},
    {"ExportService/ExportVisits", "visits", "/zoufang.v1.VisitService/ListVisits", "zoufang.ExportedVisits"},
};

struct export {
  struct call *call;
  const struct export_kind *kind;
  const struct export_format *format;
  Zoufang__ExportSight *sight;
  struct outbox outbox;
  struct export_life life;
  struct export_reader reader;
  struct export_file file;
  struct arena text; // of the file's text
  uint64_t bytes;
  bool began;
};

static const struct export_kind *kind_of(const struct call *call) {
  const struct export_kind *kind = kinds;
  while (strcmp(kind->method, call->method->name) != 0)
    kind++;
  return kind;
}

// --- Telling the client --------------------------------------------------------------------------------------------------

// Waits until no more than `bytes` wait for the client.
static bool await_client(struct export *export, size_t bytes) {
  struct call *call = export->call;
  size_t before = outbox_waiting(call), now;
  int64_t taken_us = clock_us();
  while (!outbox_await(call, bytes, LOOK_MS)) {
    if (!export_life_goes_on(&export->life))
      return false;
    if ((now = outbox_waiting(call)) != before)
      taken_us = clock_us();
    before = now;
    if (clock_us() - taken_us > PATIENCE_US)
      return fault_set(&call->fault, CODE_RESOURCE_EXHAUSTED, "TOO_SLOW", "the reader does not take what he is told");
  }
  return true;
}

static const char *file_name(struct export *export) {
  time_t now_s = time(NULL);
  struct tm now;
  char text[NAME_BYTES];
  strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", gmtime_r(&now_s, &now));
  return arena_printf(&export->call->arena, "%s-%s.%s", export->kind->noun, text, export->format->name);
}

static bool put_piece(struct export *export, const char *bytes, size_t length) {
  Zoufang__V1__ExportChunk chunk = ZOUFANG__V1__EXPORT_CHUNK__INIT;
  chunk.data = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)bytes, .len = length};
  if (!export->began) {
    chunk.content_type = (char *)(uintptr_t) export->format->content_type;
    chunk.file_name = (char *)(uintptr_t)file_name(export);
    export->began = true;
  }
  export->bytes += length;
  return export_life_goes_on(&export->life) && await_client(export, OUTBOX_BYTES - 2 * CHUNK_BYTES) &&
         outbox_put(export->call, &chunk.base);
}

static bool flush(struct export_file *file) {
  struct export *export = (struct export *)(void *)((char *)file - offsetof(struct export, file));
  for (size_t at = 0; at < file->text.length; at += CHUNK_BYTES) {
    size_t left = file->text.length - at;
    if (!put_piece(export, file->text.data + at, left < CHUNK_BYTES ? left : CHUNK_BYTES))
      return false;
  }
  arena_reset(&export->text);
  file->text = (struct buffer){.arena = &export->text};
  return true;
}

// --- Writing the file ----------------------------------------------------------------------------------------------------

static bool write_rows(struct export *export, ProtobufCMessage **rows, size_t count) {
  struct export_file *file = &export->file;
  for (size_t i = 0; i < count; i++) {
    if (!file->format->row(file, rows[i]) || (file->text.length >= CHUNK_BYTES && !flush(file)))
      return false;
    file->rows++;
  }
  return true;
}

static bool write_file(struct export *export) {
  struct export_file *file = &export->file;
  ProtobufCMessage **rows = NULL;
  size_t count;
  bool more = true;
  if (!export_reader_open(&export->reader) || !file->format->begin(file))
    return false;
  while (more)
    if (!export_reader_next(&export->reader, &rows, &count, &more) || !write_rows(export, rows, count))
      return false;
  export_reader_close(&export->reader); // what follows needs no snapshot
  return file->format->end(file) && flush(file) && await_client(export, 0);
}

static bool goes_on(void *context) {
  return export_life_goes_on(context);
}

static void set_up(struct export *export) {
  struct call *call = export->call;
  const struct schema *schema = call->server->schema;
  export_life_open(&export->life, call, export->sight->mark);
  export->reader = (struct export_reader){
      .call = call,
      .list = schema_method(schema, export->kind->list, strlen(export->kind->list)),
      .rows = server_script(call->server, call->method, "rows"),
      .ids_type = schema_message(schema, "zoufang.ExportIds"),
      .rows_type = schema_message(schema, export->kind->rows),
      .leave = {goes_on, &export->life},
  };
  export->file = (struct export_file){.format = export->format,
                                      .noun = export->kind->noun,
                                      .server = call->server,
                                      .arena = &call->arena,
                                      .language = call->language,
                                      .text = {.arena = &export->text},
                                      .flush = flush,
                                      .fault = &call->fault};
  export_columns(&export->file, export->reader.rows_type->fields[0].message);
}

static const char *how_it_ended(struct export *export) {
  const struct call *call = export->call;
  const char *counts = arena_printf(&export->call->arena, "%llu rows, %llu bytes", (unsigned long long)export->file.rows,
                                    (unsigned long long)export->bytes);
  if (call->fault.code == CODE_OK)
    return arena_printf(&export->call->arena, "complete, %s", counts);
  return arena_printf(&export->call->arena, "broken off by %s, %s", call->fault.reason, counts);
}

// What the audit hears at the beginning: the format and the filters.
static const char *what_begins(struct call *call) {
  struct buffer text = {.arena = &call->arena};
  buffer_string(&text, "begun, ");
  json_write(call->server->schema, call->method->input, call->request, false, &text);
  return buffer_text(&text);
}

static enum next work(struct call *call) {
  struct export *export = call->state;
  set_up(export);
  if (export_life_begin(&export->life, what_begins(call))) {
    write_file(export);
    if (call->fault.code != CODE_OK)
      outbox_drop(call);
    export_life_end(&export->life, how_it_ended(export));
  }
  if (export->format->close)
    export->format->close(&export->file);
  export_reader_close(&export->reader);
  export_life_close(&export->life);
  arena_close(&export->text);
  return NEXT_REPLY;
}

// --- Beginning -------------------------------------------------------------------------------------------------------------

static enum next export_begin(struct call *call) {
  struct export *export = call->state = arena_zalloc(&call->arena, sizeof *export);
  const struct field *format = message_field(call->method->input, "format", strlen("format"));
  export->call = call;
  export->kind = kind_of(call);
  export->format = export_format_named(field_text(call->request, format));
  export->sight = (void *)step_message(call, "zoufang.ExportSight");
  call_trip(call, "look", step_message(call, "zoufang.ExportBegin"), &export->sight->base);
  return NEXT_TRIP;
}

static enum next export_after(struct call *call) {
  struct export *export = call->state;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  outbox_open(&export->outbox, call, OUTBOX_BYTES, NULL);
  return jobs_put(call->server->exports, call, work) ? NEXT_AWAY : NEXT_REPLY;
}

const struct handler handler_export_leads = {
    .method = "ExportService/ExportLeads",
    .begin = export_begin,
    .after = export_after,
    .steps = {{.name = "look", .in = "zoufang.ExportBegin", .out = "zoufang.ExportSight"},
              {.name = "begin", .in = "zoufang.ExportBegin", .out = "zoufang.ExportBegin"},
              {.name = "rows", .in = "zoufang.ExportIds", .out = "zoufang.ExportedLeads"},
              {.name = "end", .in = "zoufang.ExportEnd", .out = "zoufang.ExportBegin", .own_transaction = true}},
};

const struct handler handler_export_visits = {
    .method = "ExportService/ExportVisits",
    .begin = export_begin,
    .after = export_after,
    .steps = {{.name = "look", .in = "zoufang.ExportBegin", .out = "zoufang.ExportSight"},
              {.name = "begin", .in = "zoufang.ExportBegin", .out = "zoufang.ExportBegin"},
              {.name = "rows", .in = "zoufang.ExportIds", .out = "zoufang.ExportedVisits"},
              {.name = "end", .in = "zoufang.ExportEnd", .out = "zoufang.ExportBegin", .own_transaction = true}},
};
