-- What reading a roster of accounts needs (sql/command/roster_….sql).
set local search_path = zoufang;

-- The open office of a region, where it has several the first; NULL where it has none.
create function office_in(region int8) returns uuid
language sql stable as $$
  select o.id
  from office o
  where o.region_code = office_in.region
    and o.closed_on is null
  order by o.kind, o.opened_on, o.id
  limit 1
$$;

-- The day that a text writes as 2026-03-01; NULL where it writes none.
create function day_written(text text) returns date
language sql immutable as $$
  select d.day
  from (
    select case
      when day_written.text ~ '^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'
        then make_date(substr(day_written.text, 1, 4)::int4, substr(day_written.text, 6, 2)::int4, 1) + substr(day_written.text, 9)::int4 - 1
    end as day
  ) d
  where to_char(d.day, 'YYYY-MM-DD') = day_written.text
$$;

revoke all on function office_in, day_written from public;
