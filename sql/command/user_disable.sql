-- user disable: the account ($1) signs in no more, at once; what its phone still holds is taken, and held, for 14 days.
update account a
set disabled_at = coalesce(a.disabled_at, now()),
    updated_at = now(),
    etag = sha256(a.etag)
where a.username = $1
returning id;
