-- user disable: the account ($1) signs in no more, at once; what its phone still holds is taken, and held, for 14 days.
update account a
set disabled_at = coalesce(a.disabled_at, now()),
    updated_at = now(),
    etag = next_etag(a.etag, 'disabled')
where a.username = $1
returning id;
