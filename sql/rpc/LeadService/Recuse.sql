-- Recuse: the caller keeps out of a lead, with a reason. Who answers for it, or a supervisor of its region. From then on he sees
-- nothing of it, as if he were complained of, and it is answered for one level up.
select
from lead l
where l.id = :id
for no key update;

select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select refuse_unless(l.etag = :etag, 'STALE_ETAG', 'etag'),
       refuse_unless(
         holds_step_role(l, 1::int2) or holds_step_role(l, 2::int2) or holds_step_role(l, 3::int2), 'FORBIDDEN'
       )
from lead l
where l.id = :id;

update lead l
set recused = l.recused || me(),
    reason = :reason,
    etag = next_etag(l.etag, concat_ws(' ', 'recused', me()))
where l.id = :id
  and l.etag = :etag;

select :id as id,
       next_etag(:etag, concat_ws(' ', 'recused', me())) as etag;
