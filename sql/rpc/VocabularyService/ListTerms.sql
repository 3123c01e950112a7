-- ListTerms: the terms of one vocabulary or of all, in their order. Everybody who is signed in.
select t.vocabulary as "terms.vocabulary",
       t.code as "terms.code",
       t.name as "terms.name",
       t.place as "terms.place",
       t.retired as "terms.retired",
       t.etag as "terms.etag",
       t.vocabulary as "page.vocabulary",
       t.place as "page.place",
       t.code as "page.code"
from term t
where true
  and t.vocabulary = :vocabulary --? vocabulary
  and (t.vocabulary, t.place, t.code) > (:page.vocabulary, :page.place, :page.code) --? page
order by t.vocabulary, t.place, t.code
limit :page.size;
