-- SetRetention: asks that a class of records be kept for so many years. Admins; it is so once another admin approved it.
select request_approval(
  9::int2, null, null,
  jsonb_build_object('record_class', :term.record_class, 'years', :term.years, 'remove', false),
  :reason
);

select a."retention.term.record_class" as "record_class",
       a."retention.term.years" as "years",
       a.id as "approval_id"
from approval_answer a
where a.id = approval_requested();
