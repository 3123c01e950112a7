// All cryptography, by libsodium: keyed hashes, sealing, passwords, random bytes. Nothing outside this file names an algorithm.
//
// Algorithms are named in one table, by a number that is stored in front of each value, so that others can come beside them.

#pragma once
#include "base/arena.h"
#include "base/fault.h"
#include <stdint.h>

enum { CRYPTO_KEY_BYTES = 32, CRYPTO_HASH_BYTES = 32, CRYPTO_TOKEN_BYTES = 32, CRYPTO_KEYS = 16 };

// What algorithms are there for.
enum crypto_use { CRYPTO_MAC, CRYPTO_ROW_HASH, CRYPTO_SEAL, CRYPTO_SIGNATURE, CRYPTO_PASSWORD, CRYPTO_USES };

// The algorithm of each use: the number that its values begin with, its name, and of what values. Hashes of rows are taken by
// PostgreSQL itself (named_hash_of), and are in the table for their number. Passwords have no number: their text begins with
// the algorithm's name.
struct crypto_algorithm {
  uint8_t number;
  const char *name, *values;
};
extern const struct crypto_algorithm crypto_algorithms[CRYPTO_USES];

// What a derived key is for. Keys of different purposes never meet.
enum crypto_purpose { CRYPTO_TOKENS = 1, CRYPTO_ETAGS, CRYPTO_PAGES, CRYPTO_CURSORS, CRYPTO_CLAIMS, CRYPTO_PURPOSES };

enum { CRYPTO_PUBLIC_BYTES = 32, CRYPTO_SIGNATURE_BYTES = 1 + 1 + 64 };

// A file of keys: lines "VERSION HEX64", comments with #; in memory by ascending version. The newest version (the highest) is
// used for new values; all of them are accepted. The lowest version is also what the purposes above are derived from (index
// keys only): it is never removed.
struct crypto_keys {
  unsigned count;
  struct {
    uint8_t version; // 1 to 255
    uint8_t key[CRYPTO_KEY_BYTES];
  } of[CRYPTO_KEYS];
};

// What signatures are checked with, and nothing can be signed: the public halves of audit keys. Written on one line as
// "VERSION:HEX64", several separated by commas.
struct crypto_public_keys {
  unsigned count;
  struct {
    uint8_t version;
    uint8_t key[CRYPTO_PUBLIC_BYTES];
  } of[CRYPTO_KEYS];
};

// The server's keys: locked in memory, wiped by crypto_close.
struct crypto {
  struct crypto_keys seal;  // wrap the records' own keys
  struct crypto_keys index; // recognise equal sealed values
  uint8_t derived[CRYPTO_PURPOSES][CRYPTO_KEY_BYTES];
  struct crypto_keys audit; // sign the audit's seals; none where no file is named
  struct crypto_public_keys audit_public;
};

// Reads both files. False with a fault that names file and line. Refuses files that others than owner and group may use, and a
// key that stands in both. `crypto` must not move afterwards.
bool crypto_open(struct crypto *crypto, const char *seal_key_file, const char *index_key_file, struct fault *fault);
void crypto_close(struct crypto *crypto);

// Reads the audit's keys, into keys that crypto_open has opened or into zeros. False with a fault that names file and line; a
// key that seals or recognises is none to sign with.
bool crypto_open_audit(struct crypto *crypto, const char *audit_key_file, struct fault *fault);

// Writes a new key file with version 1, mode 0600; an existing one is never overwritten.
bool crypto_make_key_file(const char *path, struct fault *fault);

// Keyed hash of several pieces in a row, or (crypto_mac_once) of one: the algorithm's number, then the hash.
enum { CRYPTO_MAC_BYTES = 1 + CRYPTO_HASH_BYTES };
struct crypto_mac {
  _Alignas(64) unsigned char state[384];
};
void crypto_mac_begin(struct crypto_mac *mac, const struct crypto *crypto, enum crypto_purpose purpose);
void crypto_mac_add(struct crypto_mac *mac, const void *bytes, size_t length);
void crypto_mac_end(struct crypto_mac *mac, uint8_t hash[CRYPTO_MAC_BYTES]);
void crypto_mac_once(const struct crypto *crypto, enum crypto_purpose purpose, const void *bytes, size_t length,
                     uint8_t hash[CRYPTO_MAC_BYTES]);

// A hash that anybody can take again, without a key. It is stored with a signature over it alone, whose number names it too.
void crypto_digest(const void *bytes, size_t length, uint8_t hash[CRYPTO_HASH_BYTES]);

// Signs a hash with the newest audit key: algorithm, key's version, signature. There must be one.
void crypto_signature_make(const struct crypto *crypto, const uint8_t hash[CRYPTO_HASH_BYTES],
                           uint8_t signature[CRYPTO_SIGNATURE_BYTES]);
// Whether one of these keys signed this hash.
bool crypto_signature_holds(const struct crypto_public_keys *keys, const uint8_t hash[CRYPTO_HASH_BYTES],
                            const uint8_t *signature, size_t length);
// The key that this signature claims to be made with, CRYPTO_PUBLIC_BYTES long; NULL where it is none of these.
const uint8_t *crypto_signature_key(const struct crypto_public_keys *keys, const uint8_t *signature, size_t length);

// Keys as text, in the arena, and back. False with a fault where the text is none.
char *crypto_public_keys_write(struct arena *arena, const struct crypto_public_keys *keys);
bool crypto_public_keys_read(struct crypto_public_keys *keys, const char *text, struct fault *fault);

// Compares in constant time.
bool crypto_equal(const void *a, const void *b, size_t length);

void crypto_random(void *bytes, size_t length);

// An opaque token: 32 random bytes as base64url, 43 characters; and the keyed hash under which it is stored.
// crypto_token_hash is false where `token` has not the form of one.
char *crypto_token_make(struct arena *arena);
bool crypto_token_hash(const struct crypto *crypto, const char *token, size_t length, uint8_t hash[CRYPTO_MAC_BYTES]);

// A code that people type from paper: 20 of 32 letters and digits (100 bits), none of which looks like another, in four groups;
// and the keyed hash under which it is stored. crypto_code_hash passes over hyphens, blanks and whether letters are small,
// takes O for 0, I and L for 1, and is false where `code` has not the form of one.
char *crypto_code_make(struct arena *arena);
bool crypto_code_hash(const struct crypto *crypto, const char *code, size_t length, uint8_t hash[CRYPTO_MAC_BYTES]);

// Recognises equal sealed values: algorithm, version of the index key, then a keyed hash of `label` (which field) and `value`.
enum { CRYPTO_INDEX_BYTES = 1 + 1 + CRYPTO_HASH_BYTES };
void crypto_index(const struct crypto *crypto, const char *label, const char *value, size_t length,
                  uint8_t index[CRYPTO_INDEX_BYTES]);

// A record's own key, fresh, and the same wrapped by the newest master key, bound to `record` (message type and id):
// algorithm, master version, nonce, ciphertext, tag.
enum { CRYPTO_WRAPPED_BYTES = 1 + 1 + 24 + CRYPTO_KEY_BYTES + 16 };
void crypto_record_key_make(const struct crypto *crypto, const char *record, uint8_t key[CRYPTO_KEY_BYTES],
                            uint8_t wrapped[CRYPTO_WRAPPED_BYTES]);
bool crypto_record_key_open(const struct crypto *crypto, const char *record, const uint8_t *wrapped, size_t length,
                            uint8_t key[CRYPTO_KEY_BYTES]);

// What new wrapped keys and new indexes begin with: algorithm, version of the newest key.
enum { CRYPTO_MARK_BYTES = 2 };
void crypto_wrapped_mark(const struct crypto *crypto, uint8_t mark[CRYPTO_MARK_BYTES]);
void crypto_index_mark(const struct crypto *crypto, uint8_t mark[CRYPTO_MARK_BYTES]);

// The same key, wrapped by the newest master key. False where it does not open.
bool crypto_record_key_rewrap(const struct crypto *crypto, const char *record, const uint8_t *wrapped, size_t length,
                              uint8_t anew[CRYPTO_WRAPPED_BYTES]);

// Seals `value` under a record's key, bound to `place` (message type, id, field path): algorithm, nonce, ciphertext, tag.
// The result belongs to the arena.
enum { CRYPTO_SEAL_OVERHEAD = 1 + 24 + 16 };
uint8_t *crypto_seal(struct arena *arena, const uint8_t key[CRYPTO_KEY_BYTES], const char *place, const void *value,
                     size_t length, size_t *sealed_length);
// NULL where the value was changed or belongs elsewhere. The clear text (NUL behind) belongs to the arena.
char *crypto_unseal(struct arena *arena, const uint8_t key[CRYPTO_KEY_BYTES], const char *place, const uint8_t *sealed,
                    size_t length);

// Argon2id, 19 MiB and two passes (OWASP's choice); slow on purpose (tens of milliseconds), called from the password thread
// only.
char *crypto_password_hash(struct arena *arena, const char *password);
bool crypto_password_matches(const char *hash, const char *password);
// A hash that no password matches: what an unknown user is checked against, so that the answer takes as long.
const char *crypto_password_dummy(void);

// base64url without padding, and back (NULL where it is none). Results belong to the arena.
char *crypto_base64url(struct arena *arena, const void *bytes, size_t length);
uint8_t *crypto_base64url_read(struct arena *arena, const char *text, size_t length, size_t *out_length);

// Hexadecimal, and back (NULL where it is none). Results belong to the arena.
char *crypto_hex(struct arena *arena, const void *bytes, size_t length);
uint8_t *crypto_hex_read(struct arena *arena, const char *text, size_t *out_length);
