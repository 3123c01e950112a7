// Page tokens: where a list goes on, authenticated over method, filters, position and the caller.

#pragma once
#include "store/exchange.h"

// Reads page_size and page_token of the request into exchange->page. A token that is not of this method with these filters:
// INVALID_ARGUMENT / BAD_PAGE_TOKEN.
bool page_read(struct exchange *exchange);

// Writes next_page_token into exchange->out where exchange->page.more, for `user`. Also refuses (BAD_PAGE_TOKEN) a given token
// of another user.
bool page_write(struct exchange *exchange, const uint8_t user[UUID_BYTES]);

// Refuses the page token: INVALID_ARGUMENT / BAD_PAGE_TOKEN, naming its field. Always false.
bool page_refuse(struct exchange *exchange);
