// Writing a document: headings, paragraphs, tables, as a page of HTML that brings its looks with it, or as Markdown. Texts are
// as they are read; what has a meaning in the format is escaped here.

#pragma once
#include "base/buffer.h"
#include "zoufang/v1/common.pb-c.h"
#include <stdbool.h>

struct document {
  struct buffer out; // its arena is the caller's
  bool html;
};

// Begins it: its language ("zh-CN") and title, which is also its first heading.
void document_open(struct document *document, const char *language, const char *title);
void document_heading(struct document *document, const char *text);
void document_paragraph(struct document *document, const char *text);
void document_item(struct document *document, const char *text);

// A line of links.
void document_links(struct document *document, const char *const *addresses, const char *const *texts, unsigned count);

// A table: its heading row, then rows of as many cells. Cells from the third on are numbers.
void document_table(struct document *document, const char *const *cells, unsigned count);
void document_row(struct document *document, const char *const *cells, unsigned count);
void document_table_end(struct document *document);

// Ends it; its text belongs to the arena.
char *document_text(struct document *document);

// A text as a file, in the arena. Media type and name must live as long.
Zoufang__V1__Document *document_file(const char *media_type, const char *file_name, char *text, struct arena *arena);
