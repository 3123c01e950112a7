// Cryptography, by libsodium. What is bound to a place carries its place as associated data; every use of a key has a purpose
// of its own.

#include "base/crypto.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  KDF_SIGNING = 1, // what is derived from an audit key
  NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
  TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
  TOKEN_TEXT = 43,
  CODE_LETTERS = 20,
  CODE_GROUP = 5,
  VERSION_MAX = 255,
  HEX_BYTES = 2 * CRYPTO_KEY_BYTES,
  KEY_FILE_BYTES = 16 << 10,
  PASSWORD_PASSES = 2,
  PASSWORD_MEMORY_BYTES = 19 << 20,
};

const struct crypto_algorithm crypto_algorithms[CRYPTO_USES] = {
    [CRYPTO_MAC] = {1, "BLAKE2b-256, keyed",
                    "tokens, one-time codes, etags, page tokens, cursors, claims; what recognises equal sealed values"},
    [CRYPTO_ROW_HASH] = {2, "SHA-256", "what the audit says of records; etags that the database makes"},
    [CRYPTO_SEAL] = {1, "XChaCha20-Poly1305 (IETF), random nonce", "sealed values, wrapped keys"},
    [CRYPTO_SIGNATURE] = {1, "Ed25519 over BLAKE2b-256 over commitments by SHA-256",
                          "seals of the audit, with all that they hold"},
    [CRYPTO_PASSWORD] = {0, "Argon2id, 19 MiB, two passes", "passwords: \"$argon2id$…\""},
};

static uint8_t number_of(enum crypto_use use) {
  return crypto_algorithms[use].number;
}

static const char kdf_context[crypto_kdf_CONTEXTBYTES] = "zoufang_";
static const char signing_context[crypto_kdf_CONTEXTBYTES] = "zf_audit";
static const unsigned char index_personal[crypto_generichash_blake2b_PERSONALBYTES] = "zoufang index";

_Static_assert(sizeof(crypto_generichash_blake2b_state) <= sizeof(struct crypto_mac), "the state fits");
_Static_assert(CRYPTO_WRAPPED_BYTES == 2 + NONCE_BYTES + CRYPTO_KEY_BYTES + TAG_BYTES, "a wrapped key is its parts");
_Static_assert(CRYPTO_SIGNATURE_BYTES == 2 + crypto_sign_BYTES, "a signature is its parts");
_Static_assert(CRYPTO_SEAL_OVERHEAD == 1 + NONCE_BYTES + TAG_BYTES, "a sealed value is its parts");

// Before anything else of libsodium; also where no key is loaded (passwords, tokens).
static void ready(void) {
  if (sodium_init() < 0)
    abort();
}

// --- Key files
// -------------------------------------------------------------------------------------------------------------------

static bool refuse(struct fault *fault, const char *path, const char *why) {
  return fault_set(fault, CODE_INVALID_ARGUMENT, "KEY_FILE", "%s: %s", path, why);
}

static bool refuse_line(struct fault *fault, const char *path, unsigned line, const char *why) {
  return fault_set(fault, CODE_INVALID_ARGUMENT, "KEY_FILE", "%s:%u: %s", path, line, why);
}

static bool has_version(const struct crypto_keys *keys, long version) {
  for (unsigned i = 0; i < keys->count; i++) {
    if (keys->of[i].version == version)
      return true;
  }
  return false;
}

// Puts a key in its place: versions ascend.
static uint8_t *insert_key(struct crypto_keys *keys, uint8_t version) {
  unsigned at = keys->count++;
  for (; at > 0 && keys->of[at - 1].version > version; at--)
    keys->of[at] = keys->of[at - 1];
  keys->of[at].version = version;
  return keys->of[at].key;
}

// Reads "VERSION HEX64"; nothing where the line is empty or a comment.
static bool read_key_line(struct crypto_keys *keys, char *text, const char *path, unsigned line, struct fault *fault) {
  char *at = text + strspn(text, " \t");
  if (*at == '\0' || *at == '#')
    return true;
  char *behind;
  long version = strtol(at, &behind, 10);
  if (behind == at || version < 1 || version > VERSION_MAX)
    return refuse_line(fault, path, line, "a key begins with its version, 1 to 255");
  if (has_version(keys, version))
    return refuse_line(fault, path, line, "this version is there already");
  if (keys->count == CRYPTO_KEYS)
    return refuse_line(fault, path, line, "too many keys");
  at = behind + strspn(behind, " \t");
  uint8_t key[CRYPTO_KEY_BYTES];
  size_t length;
  const char *hex_end;
  bool is_key = strlen(at) >= HEX_BYTES && sodium_hex2bin(key, sizeof key, at, HEX_BYTES, NULL, &length, &hex_end) == 0 &&
                length == sizeof key && hex_end[strspn(hex_end, " \t\r")] == '\0';
  if (is_key)
    memcpy(insert_key(keys, (uint8_t)version), key, sizeof key);
  sodium_memzero(key, sizeof key);
  return is_key || refuse_line(fault, path, line, "the key is not 64 hexadecimal digits");
}

static bool read_key_lines(struct crypto_keys *keys, char *text, const char *path, struct fault *fault) {
  unsigned line = 1;
  for (char *at = text; at; line++) {
    char *next = strchr(at, '\n');
    if (next)
      *next++ = '\0';
    if (!read_key_line(keys, at, path, line, fault))
      return false;
    at = next;
  }
  return keys->count > 0 || refuse(fault, path, "holds no key");
}

// Reads the whole of a key file that only owner and group may touch.
static bool read_key_text(int file, char text[KEY_FILE_BYTES], const char *path, struct fault *fault) {
  struct stat about;
  if (fstat(file, &about) != 0)
    return refuse(fault, path, strerror(errno));
  if (about.st_mode & S_IRWXO)
    return refuse(fault, path, "others than its owner and group may use it (chmod o= it)");
  size_t length = 0;
  for (ssize_t got = 1; got > 0; length += (size_t)got) {
    got = read(file, text + length, KEY_FILE_BYTES - length);
    if (got < 0)
      return refuse(fault, path, strerror(errno));
  }
  if (length == KEY_FILE_BYTES || memchr(text, '\0', length))
    return refuse(fault, path, "is no file of keys");
  text[length] = '\0';
  return true;
}

static bool read_keys(struct crypto_keys *keys, const char *path, struct fault *fault) {
  if (!path)
    return fault_set(fault, CODE_INVALID_ARGUMENT, "KEY_FILE", "a file of keys is not named");
  char text[KEY_FILE_BYTES];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return refuse(fault, path, strerror(errno));
  bool done = read_key_text(file, text, path, fault) && read_key_lines(keys, text, path, fault);
  close(file);
  sodium_memzero(text, sizeof text);
  return done;
}

bool crypto_make_key_file(const char *path, struct fault *fault) {
  ready();
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0)
    return refuse(fault, path, strerror(errno));
  uint8_t key[CRYPTO_KEY_BYTES];
  char line[sizeof "1 \n" + HEX_BYTES] = "1 ";
  randombytes_buf(key, sizeof key);
  sodium_bin2hex(line + 2, HEX_BYTES + 1, key, sizeof key);
  line[2 + HEX_BYTES] = '\n';
  bool written = write(file, line, 3 + HEX_BYTES) == 3 + HEX_BYTES && fsync(file) == 0;
  const char *why = strerror(errno);
  sodium_memzero(key, sizeof key);
  sodium_memzero(line, sizeof line);
  if (close(file) == 0 && written)
    return true;
  unlink(path);
  return refuse(fault, path, why);
}

// --- The server's keys
// -----------------------------------------------------------------------------------------------------------

// Who reads the index must not be able to open what is sealed.
static bool share_a_key(const struct crypto_keys *a, const struct crypto_keys *b) {
  for (unsigned i = 0; i < a->count; i++) {
    for (unsigned j = 0; j < b->count; j++) {
      if (sodium_memcmp(a->of[i].key, b->of[j].key, CRYPTO_KEY_BYTES) == 0)
        return true;
    }
  }
  return false;
}

bool crypto_open(struct crypto *crypto, const char *seal_key_file, const char *index_key_file, struct fault *fault) {
  ready();
  memset(crypto, 0, sizeof *crypto);
  (void)sodium_mlock(crypto, sizeof *crypto); // where the limit forbids it, memory may be swapped: better than no server
  bool done = read_keys(&crypto->seal, seal_key_file, fault) && read_keys(&crypto->index, index_key_file, fault);
  if (done && share_a_key(&crypto->seal, &crypto->index))
    done = refuse(fault, index_key_file, "shares a key with the other file");
  if (!done) {
    crypto_close(crypto);
    return false;
  }
  for (unsigned purpose = CRYPTO_TOKENS; purpose < CRYPTO_PURPOSES; purpose++)
    crypto_kdf_derive_from_key(crypto->derived[purpose], CRYPTO_KEY_BYTES, purpose, kdf_context, crypto->index.of[0].key);
  return true;
}

// The pair of keys that an audit key stands for. `secret` is the caller's to wipe.
static void signing_pair(const uint8_t key[CRYPTO_KEY_BYTES], uint8_t public[CRYPTO_PUBLIC_BYTES],
                         uint8_t secret[crypto_sign_SECRETKEYBYTES]) {
  uint8_t seed[crypto_sign_SEEDBYTES];
  crypto_kdf_derive_from_key(seed, sizeof seed, KDF_SIGNING, signing_context, key);
  crypto_sign_seed_keypair(public, secret, seed);
  sodium_memzero(seed, sizeof seed);
}

static void derive_public_keys(struct crypto *crypto) {
  uint8_t secret[crypto_sign_SECRETKEYBYTES];
  crypto->audit_public.count = crypto->audit.count;
  for (unsigned i = 0; i < crypto->audit.count; i++) {
    crypto->audit_public.of[i].version = crypto->audit.of[i].version;
    signing_pair(crypto->audit.of[i].key, crypto->audit_public.of[i].key, secret);
  }
  sodium_memzero(secret, sizeof secret);
}

bool crypto_open_audit(struct crypto *crypto, const char *audit_key_file, struct fault *fault) {
  ready();
  if (!read_keys(&crypto->audit, audit_key_file, fault))
    return false;
  derive_public_keys(crypto);
  bool shared = share_a_key(&crypto->audit, &crypto->seal) || share_a_key(&crypto->audit, &crypto->index);
  return !shared || refuse(fault, audit_key_file, "shares a key with another file");
}

void crypto_close(struct crypto *crypto) {
  sodium_memzero(crypto, sizeof *crypto);
  (void)sodium_munlock(crypto, sizeof *crypto);
}

// --- Hashes, random bytes, tokens
// ------------------------------------------------------------------------------------------------

static crypto_generichash_blake2b_state *state_of(struct crypto_mac *mac) {
  return (crypto_generichash_blake2b_state *)(void *)mac;
}

void crypto_mac_begin(struct crypto_mac *mac, const struct crypto *crypto, enum crypto_purpose purpose) {
  crypto_generichash_blake2b_init(state_of(mac), crypto->derived[purpose], CRYPTO_KEY_BYTES, CRYPTO_HASH_BYTES);
}

void crypto_mac_add(struct crypto_mac *mac, const void *bytes, size_t length) {
  crypto_generichash_blake2b_update(state_of(mac), bytes, length);
}

void crypto_mac_end(struct crypto_mac *mac, uint8_t hash[CRYPTO_MAC_BYTES]) {
  hash[0] = number_of(CRYPTO_MAC);
  crypto_generichash_blake2b_final(state_of(mac), hash + 1, CRYPTO_HASH_BYTES);
  sodium_memzero(mac, sizeof *mac);
}

void crypto_mac_once(const struct crypto *crypto, enum crypto_purpose purpose, const void *bytes, size_t length,
                     uint8_t hash[CRYPTO_MAC_BYTES]) {
  struct crypto_mac mac;
  crypto_mac_begin(&mac, crypto, purpose);
  crypto_mac_add(&mac, bytes, length);
  crypto_mac_end(&mac, hash);
}

bool crypto_equal(const void *a, const void *b, size_t length) {
  return sodium_memcmp(a, b, length) == 0;
}

void crypto_random(void *bytes, size_t length) {
  ready();
  randombytes_buf(bytes, length);
}

char *crypto_token_make(struct arena *arena) {
  uint8_t token[CRYPTO_TOKEN_BYTES];
  crypto_random(token, sizeof token);
  char *text = crypto_base64url(arena, token, sizeof token);
  sodium_memzero(token, sizeof token);
  return text;
}

// Every character is one of the alphabet: libsodium alone takes each byte from 0x80 on for a "_", so that there would be many
// texts for the same bytes.
static bool read_base64url(const char *text, size_t length, uint8_t *bytes, size_t room, size_t *read_length) {
  const char *end;
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] >= 0x80)
      return false;
  return sodium_base642bin(bytes, room, text, length, NULL, read_length, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
         end == text + length;
}

bool crypto_token_hash(const struct crypto *crypto, const char *token, size_t length, uint8_t hash[CRYPTO_MAC_BYTES]) {
  uint8_t bytes[CRYPTO_TOKEN_BYTES];
  size_t got;
  bool is_token = length == TOKEN_TEXT && read_base64url(token, length, bytes, sizeof bytes, &got) && got == sizeof bytes;
  if (is_token)
    crypto_mac_once(crypto, CRYPTO_TOKENS, bytes, sizeof bytes, hash);
  sodium_memzero(bytes, sizeof bytes);
  return is_token;
}

static const char code_letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

char *crypto_code_make(struct arena *arena) {
  uint8_t random[CODE_LETTERS];
  char *code = arena_alloc(arena, CODE_LETTERS + CODE_LETTERS / CODE_GROUP), *at = code;
  crypto_random(random, sizeof random);
  for (unsigned i = 0; i < CODE_LETTERS; i++) {
    if (i > 0 && i % CODE_GROUP == 0)
      *at++ = '-';
    *at++ = code_letters[random[i] % (sizeof code_letters - 1)];
  }
  *at = '\0';
  sodium_memzero(random, sizeof random);
  return code;
}

// The letter of a code that was meant; '\0' where it is none.
static char code_letter(char typed) {
  char letter = (char)toupper((unsigned char)typed);
  letter = letter == 'O' ? '0' : letter == 'I' || letter == 'L' ? '1' : letter;
  return memchr(code_letters, letter, sizeof code_letters - 1) ? letter : '\0';
}

bool crypto_code_hash(const struct crypto *crypto, const char *code, size_t length, uint8_t hash[CRYPTO_MAC_BYTES]) {
  char letters[CODE_LETTERS];
  unsigned count = 0;
  bool is_code = true;
  for (size_t i = 0; is_code && i < length; i++) {
    if (code[i] == '-' || code[i] == ' ')
      continue;
    char letter = code_letter(code[i]);
    is_code = letter && count < CODE_LETTERS;
    if (is_code)
      letters[count++] = letter;
  }
  is_code = is_code && count == CODE_LETTERS;
  if (is_code)
    crypto_mac_once(crypto, CRYPTO_TOKENS, letters, sizeof letters, hash);
  sodium_memzero(letters, sizeof letters);
  return is_code;
}

static void mark_of(uint8_t mark[CRYPTO_MARK_BYTES], enum crypto_use use, const struct crypto_keys *keys) {
  mark[0] = number_of(use);
  mark[1] = keys->of[keys->count - 1].version;
}

void crypto_wrapped_mark(const struct crypto *crypto, uint8_t mark[CRYPTO_MARK_BYTES]) {
  mark_of(mark, CRYPTO_SEAL, &crypto->seal);
}

void crypto_index_mark(const struct crypto *crypto, uint8_t mark[CRYPTO_MARK_BYTES]) {
  mark_of(mark, CRYPTO_MAC, &crypto->index);
}

void crypto_index(const struct crypto *crypto, const char *label, const char *value, size_t length,
                  uint8_t index[CRYPTO_INDEX_BYTES]) {
  const unsigned newest = crypto->index.count - 1;
  crypto_index_mark(crypto, index);
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init_salt_personal(&state, crypto->index.of[newest].key, CRYPTO_KEY_BYTES, CRYPTO_HASH_BYTES, NULL,
                                                index_personal);
  crypto_generichash_blake2b_update(&state, (const uint8_t *)label, strlen(label) + 1); // its NUL ends it
  crypto_generichash_blake2b_update(&state, (const uint8_t *)value, length);
  crypto_generichash_blake2b_final(&state, index + CRYPTO_MARK_BYTES, CRYPTO_HASH_BYTES);
  sodium_memzero(&state, sizeof state);
}

// --- Signing
// ---------------------------------------------------------------------------------------------------------------------

void crypto_digest(const void *bytes, size_t length, uint8_t hash[CRYPTO_HASH_BYTES]) {
  ready();
  crypto_generichash_blake2b(hash, CRYPTO_HASH_BYTES, bytes, length, NULL, 0);
}

void crypto_signature_make(const struct crypto *crypto, const uint8_t hash[CRYPTO_HASH_BYTES],
                           uint8_t signature[CRYPTO_SIGNATURE_BYTES]) {
  const unsigned newest = crypto->audit.count - 1;
  uint8_t public[CRYPTO_PUBLIC_BYTES], secret[crypto_sign_SECRETKEYBYTES];
  signing_pair(crypto->audit.of[newest].key, public, secret);
  mark_of(signature, CRYPTO_SIGNATURE, &crypto->audit);
  crypto_sign_detached(signature + 2, NULL, hash, CRYPTO_HASH_BYTES, secret);
  sodium_memzero(secret, sizeof secret);
}

const uint8_t *crypto_signature_key(const struct crypto_public_keys *keys, const uint8_t *signature, size_t length) {
  if (length != CRYPTO_SIGNATURE_BYTES || signature[0] != number_of(CRYPTO_SIGNATURE))
    return NULL;
  for (unsigned i = 0; i < keys->count; i++) {
    if (keys->of[i].version == signature[1])
      return keys->of[i].key;
  }
  return NULL;
}

bool crypto_signature_holds(const struct crypto_public_keys *keys, const uint8_t hash[CRYPTO_HASH_BYTES],
                            const uint8_t *signature, size_t length) {
  const uint8_t *public = crypto_signature_key(keys, signature, length);
  return public && crypto_sign_verify_detached(signature + 2, hash, CRYPTO_HASH_BYTES, public) == 0;
}

char *crypto_public_keys_write(struct arena *arena, const struct crypto_public_keys *keys) {
  char *text = arena_strdup(arena, "");
  for (unsigned i = 0; i < keys->count; i++)
    text = arena_printf(arena, "%s%s%u:%s", text, i ? "," : "", keys->of[i].version,
                        crypto_hex(arena, keys->of[i].key, CRYPTO_PUBLIC_BYTES));
  return text;
}

static bool has_public_version(const struct crypto_public_keys *keys, long version) {
  for (unsigned i = 0; i < keys->count; i++) {
    if (keys->of[i].version == version)
      return true;
  }
  return false;
}

// One "VERSION:HEX64" at `text`: where it ends, NULL where it is none.
static const char *read_public_key(struct crypto_public_keys *keys, const char *text) {
  char *behind;
  size_t length;
  const char *end;
  long version = strtol(text, &behind, 10);
  if (*text < '0' || *text > '9' || *behind != ':' || version < 1 || version > VERSION_MAX || keys->count == CRYPTO_KEYS ||
      has_public_version(keys, version) || strnlen(behind + 1, HEX_BYTES) < HEX_BYTES)
    return NULL;
  uint8_t *key = keys->of[keys->count].key;
  if (sodium_hex2bin(key, CRYPTO_PUBLIC_BYTES, behind + 1, HEX_BYTES, NULL, &length, &end) != 0 ||
      length != CRYPTO_PUBLIC_BYTES)
    return NULL;
  keys->of[keys->count++].version = (uint8_t)version;
  return end;
}

bool crypto_public_keys_read(struct crypto_public_keys *keys, const char *text, struct fault *fault) {
  ready();
  keys->count = 0;
  const char *at = read_public_key(keys, text);
  while (at && *at == ',')
    at = read_public_key(keys, at + 1);
  return (at && *at == '\0') ||
         fault_set(fault, CODE_INVALID_ARGUMENT, "PUBLIC_KEY", "no public key: VERSION:HEX64, several separated by commas");
}

// --- Sealing
// ---------------------------------------------------------------------------------------------------------------------

// What a ciphertext is bound to: what it is ("key", "value"), the bytes before it, its place.
struct binding {
  uint8_t bytes[CRYPTO_HASH_BYTES];
};

static struct binding bind_to(const char *what, const uint8_t *head, size_t head_length, const char *place) {
  struct binding binding;
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init(&state, NULL, 0, sizeof binding.bytes);
  crypto_generichash_blake2b_update(&state, (const uint8_t *)what, strlen(what) + 1);
  crypto_generichash_blake2b_update(&state, head, head_length);
  crypto_generichash_blake2b_update(&state, (const uint8_t *)place, strlen(place));
  crypto_generichash_blake2b_final(&state, binding.bytes, sizeof binding.bytes);
  return binding;
}

// Nonce, ciphertext and tag of `value` at `out`.
static void encrypt(uint8_t *out, const uint8_t *value, size_t length, struct binding binding, const uint8_t *key) {
  randombytes_buf(out, NONCE_BYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_BYTES, NULL, value, length, binding.bytes, sizeof binding.bytes, NULL,
                                             out, key);
}

// The way back; `length` counts nonce and tag, which are there.
static bool decrypt(uint8_t *out, const uint8_t *sealed, size_t length, struct binding binding, const uint8_t *key) {
  return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed + NONCE_BYTES, length - NONCE_BYTES, binding.bytes,
                                                    sizeof binding.bytes, sealed, key) == 0;
}

static void wrap(const struct crypto *crypto, const char *record, const uint8_t key[CRYPTO_KEY_BYTES],
                 uint8_t wrapped[CRYPTO_WRAPPED_BYTES]) {
  const uint8_t *newest = crypto->seal.of[crypto->seal.count - 1].key;
  crypto_wrapped_mark(crypto, wrapped);
  encrypt(wrapped + CRYPTO_MARK_BYTES, key, CRYPTO_KEY_BYTES, bind_to("key", wrapped, CRYPTO_MARK_BYTES, record), newest);
}

void crypto_record_key_make(const struct crypto *crypto, const char *record, uint8_t key[CRYPTO_KEY_BYTES],
                            uint8_t wrapped[CRYPTO_WRAPPED_BYTES]) {
  randombytes_buf(key, CRYPTO_KEY_BYTES);
  wrap(crypto, record, key, wrapped);
}

bool crypto_record_key_open(const struct crypto *crypto, const char *record, const uint8_t *wrapped, size_t length,
                            uint8_t key[CRYPTO_KEY_BYTES]) {
  if (length != CRYPTO_WRAPPED_BYTES || wrapped[0] != number_of(CRYPTO_SEAL))
    return false;
  for (unsigned i = 0; i < crypto->seal.count; i++) {
    if (crypto->seal.of[i].version == wrapped[1])
      return decrypt(key, wrapped + 2, length - 2, bind_to("key", wrapped, 2, record), crypto->seal.of[i].key);
  }
  return false;
}

bool crypto_record_key_rewrap(const struct crypto *crypto, const char *record, const uint8_t *wrapped, size_t length,
                              uint8_t anew[CRYPTO_WRAPPED_BYTES]) {
  uint8_t key[CRYPTO_KEY_BYTES];
  bool opened = crypto_record_key_open(crypto, record, wrapped, length, key);
  if (opened)
    wrap(crypto, record, key, anew);
  sodium_memzero(key, sizeof key);
  return opened;
}

uint8_t *crypto_seal(struct arena *arena, const uint8_t key[CRYPTO_KEY_BYTES], const char *place, const void *value,
                     size_t length, size_t *sealed_length) {
  *sealed_length = length + CRYPTO_SEAL_OVERHEAD;
  uint8_t *sealed = arena_alloc(arena, *sealed_length);
  sealed[0] = number_of(CRYPTO_SEAL);
  encrypt(sealed + 1, value, length, bind_to("value", sealed, 1, place), key);
  return sealed;
}

char *crypto_unseal(struct arena *arena, const uint8_t key[CRYPTO_KEY_BYTES], const char *place, const uint8_t *sealed,
                    size_t length) {
  if (length < CRYPTO_SEAL_OVERHEAD || sealed[0] != number_of(CRYPTO_SEAL))
    return NULL;
  size_t clear_length = length - CRYPTO_SEAL_OVERHEAD;
  char *clear = arena_alloc(arena, clear_length + 1);
  if (!decrypt((uint8_t *)clear, sealed + 1, length - 1, bind_to("value", sealed, 1, place), key))
    return NULL;
  clear[clear_length] = '\0';
  return clear;
}

// --- Passwords
// -------------------------------------------------------------------------------------------------------------------

char *crypto_password_hash(struct arena *arena, const char *password) {
  ready();
  char *hash = arena_alloc(arena, crypto_pwhash_STRBYTES);
  if (crypto_pwhash_str_alg(hash, password, strlen(password), PASSWORD_PASSES, PASSWORD_MEMORY_BYTES,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    abort(); // only without memory
  return hash;
}

bool crypto_password_matches(const char *hash, const char *password) {
  ready();
  char padded[crypto_pwhash_STRBYTES] = {0}; // libsodium wants that many bytes
  size_t length = strlen(hash);
  if (length >= sizeof padded)
    return false;
  memcpy(padded, hash, length);
  return crypto_pwhash_str_verify(padded, password, strlen(password)) == 0;
}

const char *crypto_password_dummy(void) {
  return "$argon2id$v=19$m=19456,t=2,p=1$em91ZmFuZy1ub2JvZHktMQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

// --- base64url
// -------------------------------------------------------------------------------------------------------------------

char *crypto_base64url(struct arena *arena, const void *bytes, size_t length) {
  size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  char *text = arena_alloc(arena, size);
  return sodium_bin2base64(text, size, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

uint8_t *crypto_base64url_read(struct arena *arena, const char *text, size_t length, size_t *out_length) {
  size_t most = length / 4 * 3 + 3;
  uint8_t *bytes = arena_alloc(arena, most);
  return read_base64url(text, length, bytes, most, out_length) ? bytes : NULL;
}

char *crypto_hex(struct arena *arena, const void *bytes, size_t length) {
  char *text = arena_alloc(arena, length * 2 + 1);
  return sodium_bin2hex(text, length * 2 + 1, bytes, length);
}

uint8_t *crypto_hex_read(struct arena *arena, const char *text, size_t *out_length) {
  size_t digits = strlen(text);
  uint8_t *bytes = arena_alloc(arena, digits / 2 + 1);
  bool whole = digits % 2 == 0 && sodium_hex2bin(bytes, digits / 2 + 1, text, digits, NULL, out_length, NULL) == 0;
  return whole && *out_length == digits / 2 ? bytes : NULL;
}
