-- regions import: adds what is new and changes what differs; what is the same is not touched. How many of each. Records follow (0047).
with changed as (
  update region r
  set parent_code = n.parent_code,
      name = n.name,
      successor_code = n.successor_code,
      ended_on = n.ended_on,
      current_code = n.stands
  from (
    select h.code, case when i.code is null then o.parent_code else i.parent_code end as parent_code, coalesce(i.name, o.name) as name,
           h.successor_code, h.ended_on, h.stands
    from heir h
    join region o on o.code = h.code
    left join incoming i on i.code = h.code
  ) n
  where r.code = n.code
    and (r.parent_code, r.name, r.successor_code, r.ended_on, r.current_code)
      is distinct from (n.parent_code, n.name, n.successor_code, n.ended_on, n.stands)
  returning r.code
),
added as (
  insert into region (code, parent_code, level, name, successor_code, ended_on, current_code)
  select i.code, i.parent_code, i.level, i.name, h.successor_code, h.ended_on, h.stands
  from incoming i
  join heir h on h.code = i.code
  where not exists (select from region r where r.code = i.code)
  order by i.level, i.code
  returning code
)
select (select count(*) from added) as added,
       (select count(*) from changed) as changed;
