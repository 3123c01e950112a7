-- RecordReview: a person who was disciplined asked for a review, or what came of it. Who handles the case, or a supervisor of its region.
select check_case(:id, :etag);

select refuse_unless(exists (select from handling h where h.id = :handling_id and h.case_id = :id), 'UNKNOWN_REFERENCE', 'handling_id'),
       refuse_unless((:result is null) = (:decided_at is null), 'REQUIRED', case when :result is null then 'result' else 'decided_at' end),
       refuse_unless(:asked_at between '2000-01-01' and now() + interval '10 minutes', 'OUT_OF_RANGE', 'asked_at'),
       refuse_unless(:decided_at is null or :decided_at between :asked_at and now() + interval '10 minutes', 'OUT_OF_RANGE', 'decided_at'),
       refuse_unless(
         not exists (select from review r where r.handling_id = :handling_id and r.kind = :kind and r.result is not null),
         'PRECONDITION', 'handling_id'
       );

insert into review (handling_id, kind, asked_at, result, decided_at, written_by)
values (:handling_id, :kind, :asked_at, :result, :decided_at, me())
on conflict (handling_id, kind) do update
  set asked_at = excluded.asked_at,
      result = excluded.result,
      decided_at = excluded.decided_at,
      written_by = excluded.written_by,
      written_at = now();

select case_changed(:id, concat('review ', :handling_id::text, ' ', :kind, ' ', :result));

select c.*
from case_answer c
where c.id = :id;
