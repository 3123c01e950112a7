// An export walks through its list as a client would, with the list's own statement: a page's end is where the next begins. So
// what is exported is what is listed, no statement lasts, and a reader who pauses holds nothing but the snapshot.

#include "feature/export_reader.h"
#include "base/clock.h"
#include "call/dialer.h"
#include "call/status.h"
#include <string.h>

enum { PAGE_ROWS = 2000, BATCH_ROWS = 250, BINARY = 1 };

static bool may_go_on(const struct export_reader *reader) {
  return reader->leave.may_go_on(reader->leave.context);
}

// --- One statement -----------------------------------------------------------------------------------------------------

// The result of what was sent, NULL with the call's fault.
static PGresult *take_result(struct export_reader *reader, int sent, ExecStatusType expected) {
  if (!sent) {
    fault_set(&reader->call->fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "the database went away");
    return NULL;
  }
  if (!statement_await(reader->connection, &reader->leave))
    return NULL;
  PGresult *result = PQgetResult(reader->connection), *further;
  while ((further = PQgetResult(reader->connection)))
    PQclear(further);
  if (PQresultStatus(result) == expected)
    return result;
  status_from_postgres(&reader->call->fault, result);
  PQclear(result);
  return NULL;
}

static bool is_prepared(const struct export_reader *reader, const struct variant *variant) {
  for (unsigned i = 0; i < reader->prepared_count; i++)
    if (reader->prepared[i] == variant)
      return true;
  return false;
}

// To plan is most of what a page costs: each combination of clauses is planned a few times at most.
static bool prepare(struct export_reader *reader, const struct variant *variant) {
  if (is_prepared(reader, variant))
    return true;
  int sent = PQsendPrepare(reader->connection, variant->name, variant->sql, variant->parameter_count, variant->types);
  PGresult *result = take_result(reader, sent, PGRES_COMMAND_OK);
  PQclear(result);
  if (result)
    reader->prepared[reader->prepared_count++] = variant;
  return result != NULL;
}

static bool has_room(const struct export_reader *reader) {
  return reader->call->server->options.prepare && reader->prepared_count < EXPORT_PREPARED;
}

static PGresult *execute(struct export_reader *reader, const struct variant *variant, const struct parameters *p) {
  int sent;
  if (is_prepared(reader, variant))
    sent = PQsendQueryPrepared(reader->connection, variant->name, p->count, p->values, p->lengths, p->formats, BINARY);
  else
    sent = PQsendQueryParams(reader->connection, variant->sql, p->count, variant->types, p->values, p->lengths, p->formats,
                             BINARY);
  return take_result(reader, sent, PGRES_TUPLES_OK);
}

// Runs the first statement of a script; its rows go into exchange->out.
static bool run(struct export_reader *reader, struct script *script, struct exchange *exchange) {
  struct parameters parameters;
  const struct variant *variant = script_variant(script, 0, exchange, NULL);
  if (!variant || !variant_bind(variant, exchange, NULL, &parameters))
    return fault_set(&reader->call->fault, CODE_INTERNAL, "INTERNAL", "no statement for this request");
  if (has_room(reader) && !prepare(reader, variant))
    return false;
  PGresult *result = execute(reader, variant, &parameters);
  bool done = result && variant_rows(variant, exchange, result);
  PQclear(result);
  return done;
}

// --- The list ------------------------------------------------------------------------------------------------------------

// The export's filters as the list's: fields of the same name.
static ProtobufCMessage *filters_of(struct call *call, const struct method *list) {
  ProtobufCMessage *filters = message_new(&call->arena, list->input);
  for (unsigned i = 0; i < list->input->field_count; i++) {
    const struct field *to = &list->input->fields[i];
    const struct field *from = message_field(call->method->input, to->name, to->name_length);
    if (!from)
      continue;
    memcpy(field_at(filters, to), field_at(call->request, from), to->repeated ? sizeof(void *) : field_element_size(to));
    if (to->repeated)
      *field_count(filters, to) = *field_count(call->request, from);
  }
  return filters;
}

// The elements of a response whose one list of messages that is.
static ProtobufCMessage **elements_of(const struct message *type, const ProtobufCMessage *message, size_t *count,
                                      const struct message **element) {
  for (unsigned i = 0; i < type->field_count; i++)
    if (type->fields[i].repeated && type->fields[i].message) {
      *element = type->fields[i].message;
      *count = *field_count(message, &type->fields[i]);
      return *(ProtobufCMessage ***)field_at(message, &type->fields[i]);
    }
  *count = 0;
  return NULL;
}

// The next page begins where this one ends; what says so outlives the page.
static void step_on(struct export_reader *reader, struct arena *before) {
  struct page *page = &reader->listing.page;
  reader->last = !page->more;
  page->given = true;
  page->count = page->next_count;
  for (unsigned i = 0; i < page->next_count; i++) {
    page->values[i] = page->next[i];
    if (page->next[i].bytes)
      page->values[i].bytes = arena_strndup(&reader->page, page->next[i].bytes, (size_t)page->next[i].length);
  }
  page->more = false;
  page->next_count = 0; // a last page sets none: what stands here goes with its own page
  arena_close(before);
}

static bool read_page(struct export_reader *reader) {
  struct arena before = reader->page; // holds where this page begins
  reader->page = (struct arena){0};
  reader->listing.arena = &before;
  reader->listing.out = message_new(&before, reader->list->output);
  if (!run(reader, server_script(reader->call->server, reader->list, NULL), &reader->listing)) {
    arena_close(&before);
    return false;
  }
  const struct message *type;
  ProtobufCMessage **elements = elements_of(reader->list->output, reader->listing.out, &reader->id_count, &type);
  const struct field *id = reader->id_count ? message_field(type, "id", strlen("id")) : NULL;
  reader->ids = arena_array(&reader->page, reader->id_count + 1, sizeof *reader->ids);
  for (size_t i = 0; i < reader->id_count; i++)
    reader->ids[i] = arena_strdup(&reader->page, field_text(elements[i], id));
  reader->id_at = 0;
  step_on(reader, &before);
  return true;
}

// --- Rows ------------------------------------------------------------------------------------------------------------------

static bool read_batch(struct export_reader *reader, size_t count) {
  arena_reset(&reader->batch);
  ProtobufCMessage *ids = message_new(&reader->batch, reader->ids_type);
  const struct field *field = &reader->ids_type->fields[0];
  *(char ***)field_at(ids, field) = reader->ids + reader->id_at;
  *field_count(ids, field) = count;
  reader->reading.arena = &reader->batch;
  reader->reading.in = ids;
  reader->reading.out = message_new(&reader->batch, reader->rows_type);
  reader->id_at += count;
  return run(reader, reader->rows, &reader->reading);
}

bool export_reader_next(struct export_reader *reader, ProtobufCMessage ***rows, size_t *count, bool *more) {
  *count = 0;
  *more = true;
  if (!may_go_on(reader))
    return false;
  if (reader->id_at == reader->id_count) {
    if (reader->last) {
      *more = false;
      return true;
    }
    return read_page(reader);
  }
  size_t left = reader->id_count - reader->id_at;
  if (!read_batch(reader, left < BATCH_ROWS ? left : BATCH_ROWS))
    return false;
  const struct message *type;
  *rows = elements_of(reader->rows_type, reader->reading.out, count, &type);
  return true;
}

// --- Opening and closing -----------------------------------------------------------------------------------------------

static bool become_caller(struct export_reader *reader) {
  struct call *call = reader->call;
  const struct server_options *options = &call->server->options;
  const char *values[] = {crypto_hex(&call->arena, call->token_hash, sizeof call->token_hash),
                          arena_printf(&call->arena, "%lld", (long long)options->export_max_ms),
                          call->method->name,
                          call->id,
                          call->peer,
                          options->time_zone};
  return statement_plain(reader->connection, "begin isolation level repeatable read", &call->fault) &&
         statement_do(reader->connection, "export_begin", sizeof values / sizeof *values, values, &call->fault);
}

bool export_reader_open(struct export_reader *reader) {
  struct call *call = reader->call;
  struct exchange exchange = {.crypto = call->server->crypto, .schema = call->server->schema, .fault = &call->fault};
  reader->listing = reader->reading = exchange;
  reader->listing.method = reader->list;
  reader->listing.in = filters_of(call, reader->list);
  reader->listing.page.size = PAGE_ROWS;
  reader->reading.method = call->method;
  reader->connection = dialer_connect(call->server->options.database_url, &call->cancelled, &call->fault);
  return reader->connection && become_caller(reader);
}

void export_reader_close(struct export_reader *reader) {
  PQfinish(reader->connection);
  reader->connection = NULL;
  arena_close(&reader->page);
  arena_close(&reader->batch);
}
