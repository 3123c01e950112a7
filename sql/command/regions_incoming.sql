-- regions import: where the file's rows wait. `line` is the file's; `tells_ends`: whether it says which regions ended.
create temporary table incoming (
  line int8 not null,
  code int8 not null,
  parent_code int8,
  level int2 not null,
  name text not null,
  tells_ends boolean not null,
  successor_code int8,
  ended_on date
) on commit drop;
