// The certificate that both transports show, with its key: read at the start, and anew when its files change.

#pragma once
#include "base/fault.h"
#include <gnutls/abstract.h>

struct tls;

// Reads the chain, the server's own certificate first, and its private key (PEM). NULL with a fault that names the files. The
// paths must outlive it. One a process: libmicrohttpd's callback knows no other.
struct tls *tls_open(const char *cert_file, const char *key_file, struct fault *fault);

// Once nobody listens any more; NULL is none.
void tls_close(struct tls *tls);

// Looks at the files, and reads them where they changed and stand still since the last look. What cannot be used leaves the
// pair before in force; the log tells either. To be called every second or so, from any thread.
void tls_look(struct tls *tls);

// Calls `take` with both files' texts, where the pair in force is another than number *seen (0: none); *seen is its number
// then. False where it is still that one. The texts are gone when `take` returns.
bool tls_take(struct tls *tls, unsigned *seen, void (*take)(void *context, const char *cert, const char *key), void *context);

// What GnuTLS shows a client: gnutls_certificate_retrieve_function2.
int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *names, int name_count, const gnutls_pk_algorithm_t *algorithms,
                 int algorithm_count, gnutls_pcert_st **chain, unsigned *chain_length, gnutls_privkey_t *key);
