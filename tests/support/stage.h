// What tests of the store stand on: the real schema, keys of their own, requests written as JSON. No database.

#pragma once
#include "schema/json.h"
#include "store/plan.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

static struct stage {
  struct arena arena;
  struct schema schema;
  struct crypto crypto;
  struct fault fault;
  struct exchange exchange;
} stage;

static inline bool stage_open(void) {
  stage.fault = (struct fault){.arena = &stage.arena};
  stage.crypto.seal.count = stage.crypto.index.count = 1;
  stage.crypto.seal.of[0].version = stage.crypto.index.of[0].version = 1;
  for (int purpose = 0; purpose < CRYPTO_PURPOSES; purpose++)
    memset(stage.crypto.derived[purpose], purpose + 1, CRYPTO_KEY_BYTES);
  return schema_open(&stage.schema, &stage.fault);
}

static inline void stage_close(void) {
  schema_close(&stage.schema);
  arena_close(&stage.arena);
}

// The fault so far, which is then forgotten. "" where there is none.
static inline const char *stage_fault(void) {
  const char *message = stage.fault.code == CODE_OK ? "" : stage.fault.message;
  stage.fault = (struct fault){.arena = &stage.arena};
  return message;
}

// "VisitService/GetVisit"
static inline const struct method *stage_method(const char *name) {
  const char *path = arena_printf(&stage.arena, "/zoufang.v1.%s", name);
  const struct method *method = schema_method(&stage.schema, path, strlen(path));
  CU_ASSERT_PTR_NOT_NULL_FATAL(method);
  return method;
}

// NULL with stage.fault where the text is wrong.
static inline struct script *stage_script(const char *method_name, const char *text) {
  const struct method *method = stage_method(method_name);
  stage_fault();
  return script_parse(&stage.schema, method, method_name, "x.sql", text, method->input, method->output, &stage.fault);
}

// What the check would learn from PostgreSQL: plain strings are text.
static inline void stage_learn(struct script *script) {
  for (unsigned i = 0; i < script->statement_count; i++)
    for (unsigned k = 0; k < script->statements[i].parameter_count; k++)
      if (!script->statements[i].parameters[k].type)
        parameter_learn(script, &script->statements[i].parameters[k], TYPE_TEXT, &stage.fault);
}

// Makes the request under way.
static inline struct exchange *stage_ask(const char *method_name, const char *json) {
  const struct method *method = stage_method(method_name);
  stage_fault();
  stage.exchange = (struct exchange){
      .arena = &stage.arena,
      .crypto = &stage.crypto,
      .schema = &stage.schema,
      .method = method,
      .in = json_read(&stage.schema, method->input, json, strlen(json), &stage.arena, NULL, &stage.fault),
      .out = message_new(&stage.arena, method->output),
      .page = {.size = PAGE_SIZE_DEFAULT},
      .fault = &stage.fault,
  };
  if (stage.fault.violations)
    printf("%s: %s\n", stage.fault.violations->field, stage.fault.violations->reason);
  CU_ASSERT_STRING_EQUAL_FATAL(stage_fault(), "");
  return &stage.exchange;
}

// The answer so far, as JSON.
static inline const char *stage_answer(void) {
  struct buffer out = {.arena = &stage.arena};
  json_write(&stage.schema, stage.exchange.method->output, stage.exchange.out, false, &out);
  return buffer_text(&out);
}
