// SQL that the store itself runs: files in sql/store, embedded.

#pragma once

// The text of the embedded file "sql/…"; "" where there is none. Lasts as long as the program.
const char *text_of(const char *path);
