// The core asks at every handshake whether there is a newer certificate.

#include "transport/grpc_tls.h"

// The core insists on roots for clients' certificates, which are not asked for.
static void make_config(void *context, const char *cert, const char *key) {
  *(grpc_ssl_server_certificate_config **)context =
      grpc_ssl_server_certificate_config_create(cert, &(grpc_ssl_pem_key_cert_pair){key, cert}, 1);
}

static grpc_ssl_certificate_config_reload_status fetch(void *context, grpc_ssl_server_certificate_config **config) {
  struct tls_view *view = context;
  if (!tls_take(view->tls, &view->seen, make_config, config))
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  return *config ? GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW : GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
}

grpc_server_credentials *tls_credentials(struct tls_view *view) {
  return grpc_ssl_server_credentials_create_with_options(
      grpc_ssl_server_credentials_create_options_using_config_fetcher(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, fetch, view));
}
