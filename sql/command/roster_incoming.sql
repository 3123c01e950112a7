-- users import: where the file's rows wait, as they are written. `line` is the file's; `whole`: it has as many fields as the heading. A column
-- that the heading has not is NULL.
create temporary table roster (
  line int4 not null,
  whole boolean not null,
  office text,
  name text,
  username text,
  role text,
  phone text,
  region text,
  starts text,
  ends text,
  leader text
) on commit drop;
