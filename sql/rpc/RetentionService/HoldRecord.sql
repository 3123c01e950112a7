-- HoldRecord: holds a record back from erasing. Supervisors of its region who are blinded in nothing of it.
select refuse_unless(supervises_record(:record_class, :record_id), 'UNKNOWN_REFERENCE', 'record_id');
select refuse_unless(
  not exists (
    select
    from legal_hold h
    where h.record_class = :record_class
      and h.record_id = :record_id
      and h.lifted_at is null
  ),
  'ALREADY_EXISTS', 'record_id'
);

insert into legal_hold (record_class, record_id, reason, set_by)
values (:record_class, :record_id, :reason, me());

select h.*
from legal_hold h
where h.record_class = :record_class
  and h.record_id = :record_id
  and h.lifted_at is null;
