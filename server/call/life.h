// The life of a call as its workers see it.

#pragma once
#include "call/call.h"

// Whether the client still waits for an answer.
bool life_may_go_out(const struct call *call);

// Why a call was not sent; a client that left and a deadline that passed go before.
enum not_sent { NOT_SENT_LATE, NOT_SENT_AWAY, NOT_SENT_STOPPING };

// Ends a call that waited, or was out, and gets no answer from the database.
void life_not_sent(struct call *call, enum not_sent why);

// Goes on with a call whose trip came back, or could not be made: under_way says how it went.
void life_back(struct call *call);
