-- CreateTerm: adds a term to a vocabulary. Admins.
select refuse_unless(
  not exists (select from term t where t.vocabulary = :term.vocabulary and t.code = :term.code),
  'ALREADY_EXISTS', 'term.code'
);
select refuse_unless(not :term.retired, 'PRECONDITION', 'term.retired');

insert into term (vocabulary, code, name, place, etag)
values (:term.vocabulary, :term.code, :term.name, :term.place, :term#hash);

select t.vocabulary as "vocabulary",
       t.code as "code",
       t.name as "name",
       t.place as "place",
       t.retired as "retired",
       t.etag as "etag"
from term t
where t.vocabulary = :term.vocabulary
  and t.code = :term.code;
