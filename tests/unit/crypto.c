// Keys, hashes, sealing, passwords.

#include "base/crypto.h"
#include "suite.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define KEY_D "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
#define KEY_C "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"

static struct arena arena;
static struct fault fault;
static struct crypto crypto;
static char folder[32], seal_path[64], index_path[64];

static void write_keys(const char *path, const char *text) {
  unlink(path);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  CU_ASSERT_EQUAL(write(file, text, strlen(text)), (ssize_t)strlen(text));
  close(file);
}

static bool open_with(const char *seal_keys, const char *index_keys) {
  crypto_close(&crypto);
  fault = (struct fault){.arena = &arena};
  write_keys(seal_path, seal_keys);
  write_keys(index_path, index_keys);
  return crypto_open(&crypto, seal_path, index_path, &fault);
}

static bool make_folder(void) {
  strcpy(folder, "/tmp/crypto.XXXXXX");
  if (!mkdtemp(folder))
    return false;
  snprintf(seal_path, sizeof seal_path, "%s/seal", folder);
  snprintf(index_path, sizeof index_path, "%s/index", folder);
  return true;
}

static void drop_folder(void) {
  crypto_close(&crypto);
  unlink(seal_path);
  unlink(index_path);
  rmdir(folder);
  arena_close(&arena);
}

static void key_files_hold_versions_in_any_order(void) {
  CU_ASSERT_TRUE(open_with("# ours\n\n 7\t" KEY_A "\r\n2 " KEY_C "  \n", "1 " KEY_B));
  CU_ASSERT_EQUAL_FATAL(crypto.seal.count, 2);
  CU_ASSERT_EQUAL(crypto.seal.of[0].version, 2);
  CU_ASSERT_EQUAL(crypto.seal.of[0].key[0], 0x40);
  CU_ASSERT_EQUAL(crypto.seal.of[1].version, 7);
  CU_ASSERT_EQUAL(crypto.seal.of[1].key[31], 0x1f);
}

static void bad_key_files_are_refused_with_file_and_line(void) {
  static const struct {
    const char *text, *told;
  } bad[] = {
      {"", "/seal: holds no key"},
      {"# nothing\n", "/seal: holds no key"},
      {"1 " KEY_A "\n\n1 " KEY_C "\n", "/seal:3: this version"},
      {"0 " KEY_A "\n", "/seal:1: a key begins"},
      {"256 " KEY_A "\n", "/seal:1: a key begins"},
      {KEY_A "\n", "/seal:1: a key begins"},
      {"1 " KEY_A "00\n", "/seal:1: the key is not 64"},
      {"1 abcd\n", "/seal:1: the key is not 64"},
      {"1 zz" KEY_A "\n", "/seal:1: the key is not 64"},
      {"1\n" KEY_A "\n", "/seal:1: the key is not 64"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CU_ASSERT_FALSE(open_with(bad[i].text, "1 " KEY_B "\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, bad[i].told));
    CU_ASSERT_PTR_NULL(strstr(fault.message, "0001020304"));
  }
}

static void a_key_file_that_others_may_use_is_refused(void) {
  CU_ASSERT_TRUE_FATAL(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  chmod(index_path, 0644);
  CU_ASSERT_FALSE(crypto_open(&crypto, seal_path, index_path, &fault));
  CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "others"));
  chmod(index_path, 0640);
  fault = (struct fault){.arena = &arena};
  CU_ASSERT_TRUE(crypto_open(&crypto, seal_path, index_path, &fault));
}

static void one_key_never_serves_both_files(void) {
  CU_ASSERT_FALSE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n2 " KEY_A "\n"));
}

static void nothing_of_the_keys_is_left_after_close(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  crypto_close(&crypto);
  struct crypto empty = {0};
  CU_ASSERT_EQUAL(memcmp(&crypto, &empty, sizeof crypto), 0);
}

static void a_made_key_file_is_private_and_never_overwritten(void) {
  struct stat about;
  unlink(seal_path);
  fault = (struct fault){.arena = &arena};
  CU_ASSERT_TRUE(crypto_make_key_file(seal_path, &fault));
  CU_ASSERT_EQUAL(stat(seal_path, &about), 0);
  CU_ASSERT_EQUAL(about.st_mode & 0777, 0600);
  CU_ASSERT_EQUAL(about.st_size, 67);
  CU_ASSERT_FALSE(crypto_make_key_file(seal_path, &fault));
  fault = (struct fault){.arena = &arena};
  write_keys(index_path, "1 " KEY_B "\n");
  CU_ASSERT_TRUE(crypto_open(&crypto, seal_path, index_path, &fault));
  CU_ASSERT_EQUAL(crypto.seal.of[0].version, 1);
}

static void purposes_have_keys_of_their_own(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  uint8_t one[CRYPTO_MAC_BYTES], other[CRYPTO_MAC_BYTES];
  for (enum crypto_purpose a = CRYPTO_TOKENS; a < CRYPTO_PURPOSES; a++) {
    for (enum crypto_purpose b = CRYPTO_TOKENS; b < a; b++) {
      crypto_mac_once(&crypto, a, "x", 1, one);
      crypto_mac_once(&crypto, b, "x", 1, other);
      CU_ASSERT_FALSE(crypto_equal(one, other, sizeof one));
    }
  }
}

static void a_new_index_key_leaves_derived_keys_as_they_were(void) {
  uint8_t before[CRYPTO_MAC_BYTES], after[CRYPTO_MAC_BYTES];
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  crypto_mac_once(&crypto, CRYPTO_ETAGS, "visit", 5, before);
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "2 " KEY_C "\n1 " KEY_B "\n"));
  crypto_mac_once(&crypto, CRYPTO_ETAGS, "visit", 5, after);
  CU_ASSERT_TRUE(crypto_equal(before, after, sizeof before));
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_C "\n"));
  crypto_mac_once(&crypto, CRYPTO_ETAGS, "visit", 5, after);
  CU_ASSERT_FALSE(crypto_equal(before, after, sizeof before));
}

static void a_hash_in_pieces_is_the_hash_of_the_whole(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  uint8_t whole[CRYPTO_MAC_BYTES], pieces[CRYPTO_MAC_BYTES];
  crypto_mac_once(&crypto, CRYPTO_PAGES, "one and two", 11, whole);
  struct crypto_mac mac;
  crypto_mac_begin(&mac, &crypto, CRYPTO_PAGES);
  crypto_mac_add(&mac, "one ", 4);
  crypto_mac_add(&mac, NULL, 0);
  crypto_mac_add(&mac, "and two", 7);
  crypto_mac_end(&mac, pieces);
  CU_ASSERT_TRUE(crypto_equal(whole, pieces, sizeof whole));
}

static void tokens_are_43_characters_and_hash_alike_each_time(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  char *token = crypto_token_make(&arena);
  uint8_t first[CRYPTO_MAC_BYTES], second[CRYPTO_MAC_BYTES];
  CU_ASSERT_EQUAL_FATAL(strlen(token), 43);
  CU_ASSERT_TRUE(crypto_token_hash(&crypto, token, 43, first));
  CU_ASSERT_TRUE(crypto_token_hash(&crypto, token, 43, second));
  CU_ASSERT_TRUE(crypto_equal(first, second, sizeof first));
  CU_ASSERT_STRING_NOT_EQUAL(crypto_token_make(&arena), token);
  token[0] = token[0] == 'A' ? 'B' : 'A';
  CU_ASSERT_TRUE(crypto_token_hash(&crypto, token, 43, second));
  CU_ASSERT_FALSE(crypto_equal(first, second, sizeof first));
}

static void what_is_no_token_is_not_hashed(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  uint8_t hash[CRYPTO_MAC_BYTES];
  CU_ASSERT_FALSE(crypto_token_hash(&crypto, "", 0, hash));
  CU_ASSERT_FALSE(crypto_token_hash(&crypto, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 42, hash));
  CU_ASSERT_FALSE(crypto_token_hash(&crypto, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 44, hash));
  CU_ASSERT_FALSE(crypto_token_hash(&crypto, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+", 43, hash));
  CU_ASSERT_FALSE(crypto_token_hash(&crypto, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.", 43, hash));
  CU_ASSERT_FALSE(crypto_token_hash(&crypto, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", 43, hash)); // spare bits
  CU_ASSERT_TRUE(crypto_token_hash(&crypto, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_A", 43, hash));
  CU_ASSERT_FALSE(crypto_token_hash(&crypto, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\xff-", 43, hash));
}

static void codes_are_what_people_can_type_and_are_taken_as_they_type_them(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  uint8_t as_told[CRYPTO_MAC_BYTES], as_typed[CRYPTO_MAC_BYTES];
  const char *code = crypto_code_make(&arena);
  CU_ASSERT_EQUAL(strspn(code, "0123456789ABCDEFGHJKMNPQRSTVWXYZ-"), strlen("XXXXX-XXXXX-XXXXX-XXXXX"));
  CU_ASSERT_TRUE(code[5] == '-' && code[11] == '-' && code[17] == '-' && code[23] == '\0');
  CU_ASSERT_STRING_NOT_EQUAL(crypto_code_make(&arena), code);
  static const char told[] = "0Q1RS-TVWXY-Z2345-6789A", typed[] = " oqIrs tvwxyz2345 - 6789a";
  CU_ASSERT_TRUE(crypto_code_hash(&crypto, told, strlen(told), as_told));
  CU_ASSERT_TRUE(crypto_code_hash(&crypto, typed, strlen(typed), as_typed));
  CU_ASSERT_TRUE(crypto_equal(as_told, as_typed, sizeof as_told));
  CU_ASSERT_FALSE(crypto_code_hash(&crypto, told, strlen(told) - 1, as_typed));
  static const char *const none[] = {"", "-", "0Q1RS-TVWXY-Z2345-6789AA", "0Q1RS-TVWXY-Z2345-6789U",
                                     "0Q1RS-TVWXY-Z2345-6789\xc1"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    CU_ASSERT_FALSE(crypto_code_hash(&crypto, none[i], strlen(none[i]), as_typed));
}

static void equal_values_have_equal_indexes_under_one_label_alone(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n3 " KEY_C "\n"));
  uint8_t phone[CRYPTO_INDEX_BYTES], again[CRYPTO_INDEX_BYTES], name[CRYPTO_INDEX_BYTES], shifted[CRYPTO_INDEX_BYTES];
  crypto_index(&crypto, "reporter.phone", "13800000000", 11, phone);
  crypto_index(&crypto, "reporter.phone", "13800000000", 11, again);
  crypto_index(&crypto, "reporter.name", "13800000000", 11, name);
  crypto_index(&crypto, "reporter.phone1", "3800000000", 10, shifted);
  CU_ASSERT_EQUAL(phone[1], 3);
  CU_ASSERT_TRUE(crypto_equal(phone, again, sizeof phone));
  CU_ASSERT_FALSE(crypto_equal(phone, name, sizeof phone));
  CU_ASSERT_FALSE(crypto_equal(phone, shifted, sizeof phone));
}

static void each_stored_value_begins_with_the_number_of_its_algorithm(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n7 " KEY_C "\n"));
  uint8_t mac[CRYPTO_MAC_BYTES], index[CRYPTO_INDEX_BYTES], mark[CRYPTO_MARK_BYTES], key[CRYPTO_KEY_BYTES],
      wrapped[CRYPTO_WRAPPED_BYTES];
  size_t length;
  crypto_mac_once(&crypto, CRYPTO_ETAGS, "x", 1, mac);
  CU_ASSERT_EQUAL(mac[0], crypto_algorithms[CRYPTO_MAC].number);
  crypto_token_hash(&crypto, crypto_token_make(&arena), 43, mac);
  CU_ASSERT_EQUAL(mac[0], crypto_algorithms[CRYPTO_MAC].number);
  crypto_index(&crypto, "phone", "1", 1, index);
  crypto_index_mark(&crypto, mark);
  CU_ASSERT_EQUAL(memcmp(index, mark, sizeof mark), 0);
  CU_ASSERT_EQUAL(mark[0], crypto_algorithms[CRYPTO_MAC].number);
  CU_ASSERT_EQUAL(mark[1], 7);
  crypto_record_key_make(&crypto, "Lead/1", key, wrapped);
  crypto_wrapped_mark(&crypto, mark);
  CU_ASSERT_EQUAL(memcmp(wrapped, mark, sizeof mark), 0);
  CU_ASSERT_EQUAL(wrapped[0], crypto_algorithms[CRYPTO_SEAL].number);
  uint8_t *sealed = crypto_seal(&arena, key, "Lead/1/name", "x", 1, &length);
  CU_ASSERT_EQUAL(sealed[0], crypto_algorithms[CRYPTO_SEAL].number);
  sealed[0]++; // an algorithm that there is not
  CU_ASSERT_PTR_NULL(crypto_unseal(&arena, key, "Lead/1/name", sealed, length));
  CU_ASSERT_EQUAL(strncmp(crypto_password_hash(&arena, "a long password"), "$argon2id$", 10), 0);
  CU_ASSERT_NOT_EQUAL(crypto_algorithms[CRYPTO_ROW_HASH].number, crypto_algorithms[CRYPTO_MAC].number); // both are etags
}

static void a_record_key_opens_for_its_record_alone(void) {
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  uint8_t key[CRYPTO_KEY_BYTES], opened[CRYPTO_KEY_BYTES], wrapped[CRYPTO_WRAPPED_BYTES];
  crypto_record_key_make(&crypto, "Lead/1", key, wrapped);
  CU_ASSERT_TRUE(crypto_record_key_open(&crypto, "Lead/1", wrapped, sizeof wrapped, opened));
  CU_ASSERT_TRUE(crypto_equal(key, opened, sizeof key));
  CU_ASSERT_FALSE(crypto_record_key_open(&crypto, "Lead/2", wrapped, sizeof wrapped, opened));
  CU_ASSERT_FALSE(crypto_record_key_open(&crypto, "Lead/1", wrapped, sizeof wrapped - 1, opened));
  for (size_t i = 0; i < sizeof wrapped; i++) {
    wrapped[i] ^= 1;
    CU_ASSERT_FALSE(crypto_record_key_open(&crypto, "Lead/1", wrapped, sizeof wrapped, opened));
    wrapped[i] ^= 1;
  }
}

static void a_new_master_key_still_opens_what_the_old_one_wrapped(void) {
  uint8_t key[CRYPTO_KEY_BYTES], opened[CRYPTO_KEY_BYTES], wrapped[CRYPTO_WRAPPED_BYTES], newer[CRYPTO_WRAPPED_BYTES];
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  crypto_record_key_make(&crypto, "Lead/1", key, wrapped);
  CU_ASSERT_TRUE(open_with("1 " KEY_A "\n2 " KEY_C "\n", "1 " KEY_B "\n"));
  CU_ASSERT_TRUE(crypto_record_key_open(&crypto, "Lead/1", wrapped, sizeof wrapped, opened));
  CU_ASSERT_TRUE(crypto_equal(key, opened, sizeof key));
  crypto_record_key_make(&crypto, "Lead/1", key, newer);
  CU_ASSERT_EQUAL(newer[1], 2);
  CU_ASSERT_TRUE(open_with("2 " KEY_C "\n", "1 " KEY_B "\n"));
  CU_ASSERT_TRUE(crypto_record_key_open(&crypto, "Lead/1", newer, sizeof newer, opened));
  CU_ASSERT_FALSE(crypto_record_key_open(&crypto, "Lead/1", wrapped, sizeof wrapped, opened));
}

static void a_sealed_value_opens_in_its_place_alone(void) {
  uint8_t key[CRYPTO_KEY_BYTES] = {1}, other_key[CRYPTO_KEY_BYTES] = {2};
  size_t length;
  uint8_t *sealed = crypto_seal(&arena, key, "Lead/1/reporter.name", "张三", 6, &length);
  CU_ASSERT_EQUAL(length, 6 + CRYPTO_SEAL_OVERHEAD);
  CU_ASSERT_STRING_EQUAL(crypto_unseal(&arena, key, "Lead/1/reporter.name", sealed, length), "张三");
  CU_ASSERT_PTR_NULL(crypto_unseal(&arena, key, "Lead/1/reporter.phone", sealed, length));
  CU_ASSERT_PTR_NULL(crypto_unseal(&arena, key, "Lead/2/reporter.name", sealed, length));
  CU_ASSERT_PTR_NULL(crypto_unseal(&arena, other_key, "Lead/1/reporter.name", sealed, length));
  for (size_t i = 0; i < length; i++) {
    sealed[i] ^= 1;
    CU_ASSERT_PTR_NULL(crypto_unseal(&arena, key, "Lead/1/reporter.name", sealed, length));
    sealed[i] ^= 1;
    CU_ASSERT_PTR_NULL(crypto_unseal(&arena, key, "Lead/1/reporter.name", sealed, i));
  }
}

static void equal_values_do_not_seal_alike(void) {
  uint8_t key[CRYPTO_KEY_BYTES] = {1};
  size_t length;
  uint8_t *first = crypto_seal(&arena, key, "p", "same", 4, &length),
          *second = crypto_seal(&arena, key, "p", "same", 4, &length);
  CU_ASSERT_NOT_EQUAL(memcmp(first, second, length), 0);
  uint8_t *empty = crypto_seal(&arena, key, "p", "", 0, &length);
  CU_ASSERT_STRING_EQUAL(crypto_unseal(&arena, key, "p", empty, length), "");
}

static void a_password_matches_its_own_hash_alone(void) {
  char *hash = crypto_password_hash(&arena, "虚构的口令 1");
  CU_ASSERT_TRUE(crypto_password_matches(hash, "虚构的口令 1"));
  CU_ASSERT_FALSE(crypto_password_matches(hash, "虚构的口令 2"));
  CU_ASSERT_FALSE(crypto_password_matches(hash, ""));
  CU_ASSERT_FALSE(crypto_password_matches("", "虚构的口令 1"));
}

// The same cost, or the time of the answer would tell which users exist.
static void the_dummy_hash_costs_as_much_and_matches_nothing(void) {
  char *hash = crypto_password_hash(&arena, "x");
  const char *dummy = crypto_password_dummy();
  size_t parameters = strlen("$argon2id$v=19$m=19456,t=2,p=1$");
  CU_ASSERT_EQUAL(strncmp(hash, dummy, parameters), 0);
  CU_ASSERT_EQUAL(strlen(hash), strlen(dummy));
  CU_ASSERT_FALSE(crypto_password_matches(dummy, ""));
  CU_ASSERT_FALSE(crypto_password_matches(dummy, "x"));
}

static void base64url_goes_there_and_back_at_every_length(void) {
  uint8_t bytes[64], *again;
  crypto_random(bytes, sizeof bytes);
  for (size_t length = 0; length <= sizeof bytes; length++) {
    char *text = crypto_base64url(&arena, bytes, length);
    size_t read_length = 99;
    again = crypto_base64url_read(&arena, text, strlen(text), &read_length);
    CU_ASSERT_TRUE(again && read_length == length && memcmp(again, bytes, length) == 0);
  }
  CU_ASSERT_STRING_EQUAL(crypto_base64url(&arena, "\xfb\xff\xfe", 3), "-__-");
}

static void what_is_no_base64url_is_refused(void) {
  static const char *const others[] = {"A", "AA==", "AA=", "+/+/", "AA A", "AAA\n", "AB", "访", "AA\xa1\xff", "😀"};
  size_t length;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    CU_ASSERT_PTR_NULL(crypto_base64url_read(&arena, others[i], strlen(others[i]), &length));
}

// --- Signatures

static bool open_audit(const char *keys) {
  char path[80];
  snprintf(path, sizeof path, "%s/audit", folder);
  write_keys(path, keys);
  memset(&crypto.audit, 0, sizeof crypto.audit);
  fault = (struct fault){.arena = &arena};
  bool opened = crypto_open_audit(&crypto, path, &fault);
  unlink(path);
  return opened;
}

static void a_signature_holds_for_its_hash_and_under_its_key_alone(void) {
  uint8_t hash[CRYPTO_HASH_BYTES], signature[CRYPTO_SIGNATURE_BYTES];
  CU_ASSERT_TRUE_FATAL(open_with("1 " KEY_A "\n", "1 " KEY_B "\n") && open_audit("1 " KEY_C "\n"));
  crypto_digest("said", 4, hash);
  crypto_signature_make(&crypto, hash, signature);
  CU_ASSERT_TRUE(crypto_signature_holds(&crypto.audit_public, hash, signature, sizeof signature));
  CU_ASSERT_FALSE(crypto_signature_holds(&crypto.audit_public, hash, signature, sizeof signature - 1));
  for (size_t i = 0; i < sizeof signature; i++) {
    signature[i] ^= 1;
    CU_ASSERT_FALSE(crypto_signature_holds(&crypto.audit_public, hash, signature, sizeof signature));
    signature[i] ^= 1;
  }
  crypto_digest("Said", 4, hash);
  CU_ASSERT_FALSE(crypto_signature_holds(&crypto.audit_public, hash, signature, sizeof signature));
  crypto_digest("said", 4, hash);
  CU_ASSERT_TRUE(open_audit("1 " KEY_D "\n"));
  CU_ASSERT_FALSE(crypto_signature_holds(&crypto.audit_public, hash, signature, sizeof signature));
}

static void a_new_audit_key_signs_and_the_old_ones_signatures_hold(void) {
  uint8_t hash[CRYPTO_HASH_BYTES], old[CRYPTO_SIGNATURE_BYTES], new[CRYPTO_SIGNATURE_BYTES];
  CU_ASSERT_TRUE_FATAL(open_with("1 " KEY_A "\n", "1 " KEY_B "\n") && open_audit("1 " KEY_C "\n"));
  crypto_digest("said", 4, hash);
  crypto_signature_make(&crypto, hash, old);
  CU_ASSERT_TRUE_FATAL(open_audit("1 " KEY_C "\n2 " KEY_D "\n"));
  crypto_signature_make(&crypto, hash, new);
  CU_ASSERT_EQUAL(new[1], 2);
  CU_ASSERT_TRUE(crypto_signature_holds(&crypto.audit_public, hash, old, sizeof old));
  CU_ASSERT_TRUE(crypto_signature_holds(&crypto.audit_public, hash, new, sizeof new));
}

static void public_keys_go_there_and_back_on_one_line_and_hold_as_the_files_do(void) {
  uint8_t hash[CRYPTO_HASH_BYTES], old[CRYPTO_SIGNATURE_BYTES], new[CRYPTO_SIGNATURE_BYTES];
  struct crypto_public_keys keys;
  CU_ASSERT_TRUE_FATAL(open_with("1 " KEY_A "\n", "1 " KEY_B "\n") && open_audit("1 " KEY_C "\n"));
  crypto_digest("said", 4, hash);
  crypto_signature_make(&crypto, hash, old);
  CU_ASSERT_TRUE_FATAL(open_audit("7 " KEY_D "\n1 " KEY_C "\n"));
  crypto_signature_make(&crypto, hash, new);
  const char *text = crypto_public_keys_write(&arena, &crypto.audit_public);
  CU_ASSERT_PTR_NULL(strchr(text, '\n'));
  CU_ASSERT_PTR_NULL(strstr(text, KEY_C));
  CU_ASSERT_TRUE_FATAL(crypto_public_keys_read(&keys, text, &fault));
  CU_ASSERT_EQUAL(keys.count, 2);
  CU_ASSERT_TRUE(crypto_signature_holds(&keys, hash, old, sizeof old));
  CU_ASSERT_TRUE(crypto_signature_holds(&keys, hash, new, sizeof new));
  CU_ASSERT_TRUE_FATAL(crypto_public_keys_read(&keys, strchr(text, ',') + 1, &fault));
  CU_ASSERT_FALSE(crypto_signature_holds(&keys, hash, old, sizeof old));
  CU_ASSERT_TRUE(crypto_signature_holds(&keys, hash, new, sizeof new));
}

static void what_is_no_public_key_is_refused(void) {
  static const char *const texts[] = {"",
                                      "1",
                                      "1:",
                                      KEY_A,
                                      "1 " KEY_A,
                                      "0:" KEY_A,
                                      "256:" KEY_A,
                                      "1:" KEY_A "0",
                                      "1:" KEY_A ",",
                                      "1:" KEY_A ",1:" KEY_B,
                                      "1:" KEY_A "\n2:" KEY_B,
                                      "1:zz" KEY_A,
                                      ",1:" KEY_A,
                                      "1:" KEY_A ", 2:" KEY_B};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct crypto_public_keys keys;
    fault = (struct fault){.arena = &arena};
    CU_ASSERT_FALSE(crypto_public_keys_read(&keys, texts[i], &fault));
    CU_ASSERT_STRING_EQUAL(fault.reason, "PUBLIC_KEY");
  }
}

static void a_key_that_seals_does_not_sign(void) {
  CU_ASSERT_TRUE_FATAL(open_with("1 " KEY_A "\n", "1 " KEY_B "\n"));
  CU_ASSERT_FALSE(open_audit("1 " KEY_A "\n"));
  CU_ASSERT_STRING_EQUAL(fault.reason, "KEY_FILE");
  CU_ASSERT_FALSE(open_audit("1 " KEY_B "\n"));
}

SUITE_WITH(crypto, make_folder, drop_folder, 0, TEST(key_files_hold_versions_in_any_order),
           TEST(bad_key_files_are_refused_with_file_and_line), TEST(a_key_file_that_others_may_use_is_refused),
           TEST(one_key_never_serves_both_files), TEST(nothing_of_the_keys_is_left_after_close),
           TEST(a_made_key_file_is_private_and_never_overwritten), TEST(purposes_have_keys_of_their_own),
           TEST(a_new_index_key_leaves_derived_keys_as_they_were), TEST(a_hash_in_pieces_is_the_hash_of_the_whole),
           TEST(tokens_are_43_characters_and_hash_alike_each_time), TEST(what_is_no_token_is_not_hashed),
           TEST(codes_are_what_people_can_type_and_are_taken_as_they_type_them),
           TEST(equal_values_have_equal_indexes_under_one_label_alone),
           TEST(each_stored_value_begins_with_the_number_of_its_algorithm), TEST(a_record_key_opens_for_its_record_alone),
           TEST(a_new_master_key_still_opens_what_the_old_one_wrapped), TEST(a_sealed_value_opens_in_its_place_alone),
           TEST(equal_values_do_not_seal_alike), TEST(a_password_matches_its_own_hash_alone),
           TEST(the_dummy_hash_costs_as_much_and_matches_nothing), TEST(base64url_goes_there_and_back_at_every_length),
           TEST(what_is_no_base64url_is_refused), TEST(a_signature_holds_for_its_hash_and_under_its_key_alone),
           TEST(a_new_audit_key_signs_and_the_old_ones_signatures_hold),
           TEST(public_keys_go_there_and_back_on_one_line_and_hold_as_the_files_do), TEST(what_is_no_public_key_is_refused),
           TEST(a_key_that_seals_does_not_sign));
