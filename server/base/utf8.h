// UTF-8: checked, counted.

#pragma once
#include <stdbool.h>
#include <stddef.h>

// Valid UTF-8 without surrogates, overlong forms and NUL.
bool utf8_valid(const char *text, size_t length);

// Characters (code points) of valid text.
size_t utf8_length(const char *text, size_t length);

// Bytes of the character at the start of `text`; 0 where none is well-formed there (NUL is not).
size_t utf8_sequence(const char *text, size_t length);
