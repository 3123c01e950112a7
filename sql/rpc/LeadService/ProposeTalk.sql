-- ProposeTalk: that a talk is how a person of a lead is handled, where the lead is no case. Who answers for the lead, or a supervisor of its
-- region; another approves it.
select
from lead l
where l.id = :id
for no key update;

select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select refuse_unless(l.etag = :etag, 'STALE_ETAG', 'etag'),
       refuse_unless(holds_step_role(l, 1::int2) or holds_step_role(l, 2::int2), 'FORBIDDEN'),
       refuse_unless(is_talked_of(l), 'PRECONDITION', 'id'),
       refuse_unless(:person_id is not null or :person.name is not null, 'REQUIRED', 'person'),
       refuse_unless(:person_id is null or :person.name is null, 'NOT_EXPECTED', 'person'),
       refuse_unless(:person_id is null or exists (select from person p where p.id = :person_id), 'UNKNOWN_REFERENCE', 'person_id'),
       refuse_unless(:person.user_id is null or exists (select from account a where a.id = :person.user_id), 'NO_SUCH_USER', 'person.user_id'),
       refuse_unless(:person.user_id is null or coalesce(:person.user_id = any (l.accused_users), false), 'NOT_MATCHED', 'person.user_id'),
       refuse_unless(:person.id is null or not exists (select from person p where p.id = :person.id), 'ALREADY_EXISTS', 'person.id'),
       refuse_unless(:held_at between '2000-01-01' and now() + interval '10 minutes', 'OUT_OF_RANGE', 'held_at'),
       refuse_unless(
         not exists (select from handling h where h.lead_id = :id and h.person_id = :person_id and h.approved_at is not null),
         'PRECONDITION', 'person_id'
       ),
       refuse_unless((select count(*) from handling h where h.lead_id = :id) < 200, 'TOO_MANY_ITEMS', 'person')
from lead l
where l.id = :id;

insert into person (id, name, unit, post, user_id, added_by)
select :person.id, :person.name, :person.unit, :person.post, :person.user_id, me()
where :person_id is null;

insert into handling (lead_id, person_id, form, decided_at, note, proposed_by)
values (:id, coalesce(:person_id, :person.id), 1, :held_at, :note, me());

update lead l
set reason = null,
    etag = next_etag(l.etag, 'talk proposed')
where l.id = :id
  and l.etag = :etag;

select l.id,
       l.etag,
       h.id as talk_id
from lead l
join handling h on h.lead_id = l.id and h.proposed_at = now() and h.proposed_by = me()
where l.id = :id;
