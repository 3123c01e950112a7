// UTF-8.

#include "base/utf8.h"
#include "suite.h"
#include <string.h>

#define VALID(literal) utf8_valid(literal, sizeof(literal) - 1)

static void text_of_every_length_of_character_is_valid(void) {
  CU_ASSERT_TRUE(VALID(""));
  CU_ASSERT_TRUE(VALID("a"));
  CU_ASSERT_TRUE(VALID("only plain letters, more than eight of them"));
  CU_ASSERT_TRUE(VALID("é 走访 𠮷 mixed with plain letters 林西县"));
  CU_ASSERT_TRUE(VALID("\x7f\xc2\x80\xdf\xbf"));
  CU_ASSERT_TRUE(VALID("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"));
  CU_ASSERT_TRUE(VALID("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
}

static void overlong_forms_are_refused(void) {
  CU_ASSERT_FALSE(VALID("\xc0\x80"));
  CU_ASSERT_FALSE(VALID("\xc1\xbf"));
  CU_ASSERT_FALSE(VALID("\xe0\x9f\xbf"));
  CU_ASSERT_FALSE(VALID("\xf0\x8f\xbf\xbf"));
}

static void surrogates_and_what_is_past_unicode_are_refused(void) {
  CU_ASSERT_FALSE(VALID("\xed\xa0\x80"));
  CU_ASSERT_FALSE(VALID("\xed\xbf\xbf"));
  CU_ASSERT_FALSE(VALID("\xf4\x90\x80\x80"));
  CU_ASSERT_FALSE(VALID("\xf5\x80\x80\x80"));
  CU_ASSERT_FALSE(VALID("\xff"));
}

static void broken_sequences_are_refused(void) {
  CU_ASSERT_FALSE(VALID("\x80"));
  CU_ASSERT_FALSE(VALID("\xe8\xb5"));
  CU_ASSERT_FALSE(VALID("\xe8\xb5z"));
  CU_ASSERT_FALSE(VALID("\xf0\x9f\x98z"));
  CU_ASSERT_FALSE(VALID("\xc3("));
}

// Wherever it stands: the words of eight bytes and their rest are looked at differently.
static void a_bad_byte_or_nul_is_found_at_every_place(void) {
  for (size_t length = 1; length < 40; length++) {
    for (size_t place = 0; place < length; place++) {
      char text[40];
      memset(text, 'a', sizeof text);
      CU_ASSERT_TRUE(utf8_valid(text, length));
      text[place] = '\0';
      CU_ASSERT_FALSE(utf8_valid(text, length));
      text[place] = '\xbf';
      CU_ASSERT_FALSE(utf8_valid(text, length));
      text[place] = '\x01';
      CU_ASSERT_TRUE(utf8_valid(text, length));
    }
  }
}

static void length_counts_characters_not_bytes(void) {
  CU_ASSERT_EQUAL(utf8_length("", 0), 0);
  CU_ASSERT_EQUAL(utf8_length("林西县 x𠮷", strlen("林西县 x𠮷")), 6);
}

static void a_sequence_is_as_long_as_its_character(void) {
  CU_ASSERT_EQUAL(utf8_sequence("a", 1), 1);
  CU_ASSERT_EQUAL(utf8_sequence("访a", 4), 3);
  CU_ASSERT_EQUAL(utf8_sequence("访a", 2), 0);
  CU_ASSERT_EQUAL(utf8_sequence("\0", 1), 0);
  CU_ASSERT_EQUAL(utf8_sequence("a", 0), 0);
}

SUITE(utf8, TEST(text_of_every_length_of_character_is_valid), TEST(overlong_forms_are_refused),
      TEST(surrogates_and_what_is_past_unicode_are_refused), TEST(broken_sequences_are_refused),
      TEST(a_bad_byte_or_nul_is_found_at_every_place), TEST(length_counts_characters_not_bytes),
      TEST(a_sequence_is_as_long_as_its_character));
