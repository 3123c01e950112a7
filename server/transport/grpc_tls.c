// The core asks at every handshake whether there is a newer certificate; the files' times say so. A pair that cannot be read
// leaves the old one in use.

#include "transport/grpc_tls.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PEM_LIMIT_BYTES = 256 << 10 };

// The file's text, in the arena; NULL where it cannot be read or is too long. `time` is when it was changed.
static char *read_pem(struct arena *arena, const char *path, struct timespec *time) {
  FILE *file = fopen(path, "rbe");
  if (!file)
    return NULL;
  char *text = arena_alloc(arena, PEM_LIMIT_BYTES);
  struct stat status;
  size_t length = fread(text, 1, PEM_LIMIT_BYTES, file);
  bool whole = fstat(fileno(file), &status) == 0 && !ferror(file) && length > 0 && length < PEM_LIMIT_BYTES;
  fclose(file);
  if (!whole)
    return NULL;
  text[length] = '\0';
  *time = status.st_mtim;
  return text;
}

// A key does not stay behind in freed memory.
static void wipe_pem(char *text) {
  if (text)
    explicit_bzero(text, strlen(text));
}

static bool is_newer(const char *path, struct timespec seen) {
  struct stat status;
  return stat(path, &status) == 0 && (status.st_mtim.tv_sec != seen.tv_sec || status.st_mtim.tv_nsec != seen.tv_nsec);
}

static grpc_ssl_certificate_config_reload_status fetch(void *context, grpc_ssl_server_certificate_config **config) {
  struct tls_view *view = context;
  if (!is_newer(view->files->cert_file, view->cert_time) && !is_newer(view->files->key_file, view->key_time))
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  struct arena arena = {0};
  char *cert = read_pem(&arena, view->files->cert_file, &view->cert_time);
  char *key = read_pem(&arena, view->files->key_file, &view->key_time);
  if (cert && key) // the core insists on roots for clients' certificates, which are not asked for
    *config = grpc_ssl_server_certificate_config_create(cert, &(grpc_ssl_pem_key_cert_pair){key, cert}, 1);
  bool taken = cert && key && *config;
  wipe_pem(cert);
  wipe_pem(key);
  arena_close(&arena);
  log_info(taken ? "certificate read" : "certificate cannot be read", LOG_TEXT("transport", "grpc"));
  return taken ? GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW : GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
}

bool tls_check(const struct transport_tls *files, struct fault *fault) {
  const char *paths[] = {files->cert_file, files->key_file};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    struct timespec time;
    struct arena arena = {0};
    char *text = read_pem(&arena, paths[i], &time);
    wipe_pem(text);
    arena_close(&arena);
    if (!text)
      return fault_set(fault, CODE_INVALID_ARGUMENT, "TLS", "%s cannot be read", paths[i]);
  }
  return true;
}

grpc_server_credentials *tls_credentials(struct tls_view *view) {
  return grpc_ssl_server_credentials_create_with_options(
      grpc_ssl_server_credentials_create_options_using_config_fetcher(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, fetch, view));
}
