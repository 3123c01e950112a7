// A pair that was in force stays in memory, as a handshake may be at it: a few kilobytes for each certificate that there was.

#include "transport/tls.h"
#include "base/log.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CERT, KEY, FILES, PEM_LIMIT_BYTES = 256 << 10, CHAIN_LIMIT = 16 };

// As GnuTLS takes it.
struct pair {
  struct pair *before;
  unsigned length;
  gnutls_pcert_st chain[CHAIN_LIMIT];
  gnutls_privkey_t key;
};

// By which a file is known to be another.
struct stamp {
  struct timespec changed;
  ino_t inode;
  off_t size;
};

struct tls {
  struct arena memory; // its own, and the pairs'
  pthread_mutex_t lock;
  const char *paths[FILES];
  struct stamp read[FILES], looked_at[FILES]; // when they were read last, for better or worse; at the last look
  struct arena text_memory;
  char *texts[FILES]; // of the pair in force
  unsigned number;    // of the pair in force
  struct pair *last;
};

static _Atomic(struct pair *) in_force;

// --- Reading ---------------------------------------------------------------------------------------------------------

// A file that is not there has a stamp of zeros.
static void look_at(const struct tls *tls, struct stamp stamps[FILES]) {
  memset(stamps, 0, FILES * sizeof *stamps);
  for (int i = 0; i < FILES; i++) {
    struct stat status;
    if (stat(tls->paths[i], &status) == 0) {
      stamps[i].changed = status.st_mtim;
      stamps[i].inode = status.st_ino;
      stamps[i].size = status.st_size;
    }
  }
}

static bool are_same(const struct stamp a[FILES], const struct stamp b[FILES]) {
  for (int i = 0; i < FILES; i++)
    if (a[i].changed.tv_sec != b[i].changed.tv_sec || a[i].changed.tv_nsec != b[i].changed.tv_nsec ||
        a[i].inode != b[i].inode || a[i].size != b[i].size)
      return false;
  return true;
}

static char *read_text(struct arena *arena, const char *path, struct fault *fault) {
  FILE *file = fopen(path, "rbe");
  char *text = arena_alloc(arena, PEM_LIMIT_BYTES);
  size_t length = file ? fread(text, 1, PEM_LIMIT_BYTES, file) : 0;
  bool whole = file && !ferror(file) && length > 0 && length < PEM_LIMIT_BYTES;
  if (file)
    fclose(file);
  text[whole ? length : 0] = '\0';
  if (whole)
    return text;
  fault_set(fault, CODE_INVALID_ARGUMENT, "TLS", "%s cannot be read", path);
  return NULL;
}

// A key does not stay behind in freed memory.
static void wipe(struct arena *arena, char *texts[FILES]) {
  for (int i = 0; i < FILES; i++)
    if (texts[i])
      explicit_bzero(texts[i], strlen(texts[i]));
  arena_close(arena);
}

static gnutls_datum_t datum_of(char *text) {
  return (gnutls_datum_t){.data = (unsigned char *)text, .size = (unsigned)strlen(text)};
}

// Whether certificate and key can be used, together.
static int try_pair(const gnutls_datum_t *cert, const gnutls_datum_t *key) {
  gnutls_certificate_credentials_t credentials;
  int code = gnutls_certificate_allocate_credentials(&credentials);
  if (code < 0)
    return code;
  code = gnutls_certificate_set_x509_key_mem(credentials, cert, key, GNUTLS_X509_FMT_PEM);
  gnutls_certificate_free_credentials(credentials);
  return code;
}

static int import_pair(struct pair *pair, const gnutls_datum_t *cert, const gnutls_datum_t *key) {
  int code = try_pair(cert, key);
  pair->length = CHAIN_LIMIT;
  if (code >= 0)
    code = gnutls_pcert_list_import_x509_raw(pair->chain, &pair->length, cert, GNUTLS_X509_FMT_PEM,
                                             GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
  if (code < 0) {
    pair->length = 0;
    return code;
  }
  code = gnutls_privkey_init(&pair->key);
  return code < 0 ? code : gnutls_privkey_import_x509_raw(pair->key, key, GNUTLS_X509_FMT_PEM, NULL, 0);
}

static void free_pair(const struct pair *pair) {
  for (unsigned i = 0; i < pair->length; i++)
    gnutls_pcert_deinit((gnutls_pcert_st *)(uintptr_t)&pair->chain[i]);
  if (pair->key)
    gnutls_privkey_deinit(pair->key);
}

static struct pair *make_pair(struct tls *tls, char *texts[FILES], struct fault *fault) {
  const gnutls_datum_t cert = datum_of(texts[CERT]), key = datum_of(texts[KEY]);
  struct pair *pair = arena_zalloc(&tls->memory, sizeof *pair);
  int code = import_pair(pair, &cert, &key);
  if (code >= 0)
    return pair;
  free_pair(pair);
  fault_set(fault, CODE_INVALID_ARGUMENT, "TLS", "the certificate %s with the key %s: %s", tls->paths[CERT], tls->paths[KEY],
            gnutls_strerror(code));
  return NULL;
}

// Reads both files and puts them in force. False with a fault, and all is as it was.
static bool read_pair(struct tls *tls, struct fault *fault) {
  struct arena memory = {0};
  char *texts[FILES];
  for (int i = 0; i < FILES; i++)
    texts[i] = read_text(&memory, tls->paths[i], fault);
  struct pair *pair = texts[CERT] && texts[KEY] ? make_pair(tls, texts, fault) : NULL;
  if (!pair) {
    wipe(&memory, texts);
    return false;
  }
  wipe(&tls->text_memory, tls->texts);
  tls->text_memory = memory;
  memcpy(tls->texts, texts, sizeof texts);
  tls->number++;
  pair->before = tls->last;
  tls->last = pair;
  atomic_store(&in_force, pair);
  return true;
}

// --- From outside ----------------------------------------------------------------------------------------------------

struct tls *tls_open(const char *cert_file, const char *key_file, struct fault *fault) {
  struct tls *tls = arena_hold(sizeof *tls, offsetof(struct tls, memory));
  pthread_mutex_init(&tls->lock, NULL);
  tls->paths[CERT] = cert_file;
  tls->paths[KEY] = key_file;
  look_at(tls, tls->read);
  memcpy(tls->looked_at, tls->read, sizeof tls->read);
  if (read_pair(tls, fault))
    return tls;
  tls_close(tls);
  return NULL;
}

void tls_close(struct tls *tls) {
  if (!tls)
    return;
  atomic_store(&in_force, NULL);
  for (const struct pair *pair = tls->last; pair; pair = pair->before)
    free_pair(pair);
  wipe(&tls->text_memory, tls->texts);
  pthread_mutex_destroy(&tls->lock);
  arena_drop(&tls->memory);
}

static void read_again(struct tls *tls) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  if (read_pair(tls, &fault))
    log_info("a new certificate is in force", LOG_TEXT("file", tls->paths[CERT]));
  else
    log_warn("the new certificate is not taken, the one before stays", LOG_TEXT("internal", fault.message));
  arena_close(&arena);
}

void tls_look(struct tls *tls) {
  struct stamp now[FILES];
  pthread_mutex_lock(&tls->lock);
  look_at(tls, now);
  if (!are_same(now, tls->read) && are_same(now, tls->looked_at)) {
    memcpy(tls->read, now, sizeof now);
    read_again(tls);
  }
  memcpy(tls->looked_at, now, sizeof now);
  pthread_mutex_unlock(&tls->lock);
}

bool tls_take(struct tls *tls, unsigned *seen, void (*take)(void *context, const char *cert, const char *key), void *context) {
  pthread_mutex_lock(&tls->lock);
  bool is_other = tls->number != *seen;
  if (is_other) {
    *seen = tls->number;
    take(context, tls->texts[CERT], tls->texts[KEY]);
  }
  pthread_mutex_unlock(&tls->lock);
  return is_other;
}

int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *names, int name_count, const gnutls_pk_algorithm_t *algorithms,
                 int algorithm_count, gnutls_pcert_st **chain, unsigned *chain_length, gnutls_privkey_t *key) {
  (void)session, (void)names, (void)name_count, (void)algorithms, (void)algorithm_count;
  struct pair *pair = atomic_load(&in_force);
  *chain = pair->chain;
  *chain_length = pair->length;
  *key = pair->key;
  return 0;
}
