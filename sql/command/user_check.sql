-- user add: whether it can be done. $1 username · $2 a region whose office he is to belong to
select refuse_unless($1 ~ '^[a-z0-9][a-z0-9._-]{2,63}$', 'must be 3 to 64 of a-z 0-9 . _ -', 'username'),
       refuse_unless(not exists (select from account a where a.username = $1), 'there is one already', 'username'),
       refuse_unless(
         $2::int8 is null or office_in($2::int8) is not null,
         'there is no office for this region', 'office-region'
       );
