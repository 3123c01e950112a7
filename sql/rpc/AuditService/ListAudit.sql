-- ListAudit: what the audit tells, newest first. Auditors; the policy says so too. Reading it is itself told. Times become bounds of ids, by
-- the index on them: an id and its time are given within a minute of each other. The sum
-- keeps the index on times from being walked itself, which would end in sorting all that fits.
select audit_read('audit', null);

select a.id as "entries.id",
       a.at as "entries.at",
       a.actor_id as "entries.actor_id",
       a.actor as "entries.actor",
       a.session_id as "entries.session_id",
       a.peer as "entries.peer",
       a.call_id as "entries.call_id",
       a.method as "entries.method",
       audit_action_number(a.action) as "entries.action",
       a.kind as "entries.kind",
       a.record as "entries.record",
       a.record_hash as "entries.record_hash",
       a.result as "entries.result",
       a.erased as "entries.erased",
       a.id as "page.id"
from audit a
where true
  and a.actor = :actor --? actor
  and a.method = :method --? method
  and a.action = audit_action_name(:action) --? action
  and a.kind = :kind --? kind
  and a.record = :record --? record
  and a.at + interval '0' >= :from and a.id >= (select audit_first_id(:from)) --? from
  and a.at + interval '0' < :to and a.id <= (select audit_last_id(:to)) --? to
  and a.id < :page.id --? page
order by a.id desc
limit :page.size;
