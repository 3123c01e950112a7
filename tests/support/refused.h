// What the running test was refused lately: printed where it fails, since an assertion that counts answers names none of them.

#pragma once
#include "support/client.h"

// Remembers an answer that is not OK; `what` is the method or path. Of the test's own thread alone: a crowd's would drown it.
void refused_note(enum transport transport, const char *what, const struct answer *answer);
