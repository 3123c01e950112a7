// Versions of the phone app, as "1.4.0": numbers with dots between.

#pragma once

// Below 0 where `left` is older than `right`, 0 where they are the same. What is missing counts as 0, and so does what is no
// number:
// "" is older than any, "1.4" is "1.4.0", and of "1.4.0-beta" the "-beta" is passed over.
int app_version_compare(const char *left, const char *right);
