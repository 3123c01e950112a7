-- What was applied to this database: `zoufang migrate` alone, before anything else. Promises that the table is there.
create schema if not exists zoufang;

create table if not exists zoufang.migration (
  number int4 primary key check (number > 0),
  name text not null,
  hash bytea not null check (length(hash) = 32),
  oldest_program int4 not null check (oldest_program between 1 and number),
  applied_at timestamptz not null default now()
);

comment on table zoufang.migration is 'The migrations that were applied, with the SHA-256 of their texts.';
comment on column zoufang.migration.oldest_program is 'The newest migration that a program must know to serve once this one is applied.';

grant select on zoufang.migration to public;
