-- SetHoliday: says what a day is, in place of what was said before. Admins.
select refuse_unless(:holiday.day >= '2000-01-01' and :holiday.day < '2200-01-01', 'OUT_OF_RANGE', 'holiday.day');

insert into holiday (day, kind, name, written_by)
values (:holiday.day, :holiday.kind, :holiday.name, me())
on conflict (day) do update
  set kind = excluded.kind,
      name = excluded.name,
      written_by = excluded.written_by,
      written_at = now();

select h.day,
       h.kind,
       h.name
from holiday h
where h.day = :holiday.day;
