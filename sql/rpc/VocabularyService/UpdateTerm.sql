-- UpdateTerm: renames a term, moves it, retires it or brings it back, as the mask says. Admins; a term that records use waits for a second one.
-- Vocabulary and code name it and stay.
select refuse_unless(:update_mask <@ array['name', 'place', 'retired'], 'BAD_PATH', 'update_mask');
select refuse_unless(:term.vocabulary is not null, 'REQUIRED', 'term.vocabulary');
select refuse_unless(:term.code is not null, 'REQUIRED', 'term.code');
select refuse_unless(:term.etag is not null, 'REQUIRED', 'term.etag');

-- A term in use is out of this lock's reach, and of the update's: what waits is tried by itself.
select
from term t
where t.vocabulary = :term.vocabulary
  and t.code = :term.code
for no key update;

select refuse_unless(
  exists (select from term t where t.vocabulary = :term.vocabulary and t.code = :term.code),
  'NOT_FOUND', 'term.code'
);
select refuse_unless(
  exists (select from term t where t.vocabulary = :term.vocabulary and t.code = :term.code and t.etag = :term.etag),
  'STALE_ETAG', 'term.etag'
);
select refuse_unless(
  not changes(:update_mask, 'name', :term.name is not null) or :term.name is not null,
  'REQUIRED', 'term.name'
);

select request_approval(
  5::int2, null, null,
  jsonb_build_object(
    'vocabulary', t.vocabulary,
    'code', t.code,
    'name', case when changes(:update_mask, 'name', :term.name is not null) then :term.name else t.name end,
    'place', case when changes(:update_mask, 'place', :term.place <> 0) then :term.place else t.place end,
    'retired', case when changes(:update_mask, 'retired', :term.retired) then :term.retired else t.retired end,
    'etag', encode(t.etag, 'hex'),
    'new_etag', encode(:term#hash, 'hex')
  ),
  :reason
)
from term t
where t.vocabulary = :term.vocabulary
  and t.code = :term.code
  and term_in_use(t.vocabulary, t.code);

update term t
set name = case when changes(:update_mask, 'name', :term.name is not null) then :term.name else t.name end,
    place = case when changes(:update_mask, 'place', :term.place <> 0) then :term.place else t.place end,
    retired = case when changes(:update_mask, 'retired', :term.retired) then :term.retired else t.retired end,
    etag = :term#hash
where t.vocabulary = :term.vocabulary
  and t.code = :term.code
  and approval_requested() is null;

select t.vocabulary as "vocabulary",
       t.code as "code",
       t.name as "name",
       t.place as "place",
       t.retired as "retired",
       t.etag as "etag",
       approval_requested() as "approval_id"
from term t
where t.vocabulary = :term.vocabulary
  and t.code = :term.code;
