-- What was applied to this database: `zoufang migrate` alone, before anything else. Promises that the table is there.
create schema if not exists zoufang;

create table if not exists zoufang.migration (
  number int4 primary key check (number > 0),
  name text not null,
  hash bytea not null check (length(hash) = 32),
  applied_at timestamptz not null default now()
);

comment on table zoufang.migration is 'The migrations that were applied, with the SHA-256 of their texts.';

grant select on zoufang.migration to public;
