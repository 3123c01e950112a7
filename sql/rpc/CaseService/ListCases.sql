-- ListCases: the cases that the caller may see, newest filed first.
select c.id as "cases.id",
       c.title as "cases.title",
       c.region_code as "cases.region_code",
       c.domain as "cases.domain",
       c.filed_at as "cases.filed_at",
       c.handler_id as "cases.handler_id",
       (select count(*)::int4 from case_lead k where k.case_id = c.id) as "cases.lead_count",
       (select count(*)::int4 from case_person k where k.case_id = c.id) as "cases.person_count",
       (select count(*)::int4 from handling h where h.case_id = c.id and h.approved_at is not null) as "cases.handled_count",
       c.etag as "cases.etag",
       c.filed_at as "page.filed_at",
       c.id as "page.id"
from case_file c
cross join within(:region_code) r
where c.current_code between r.first and r.last
  and c.domain = :domain --? domain
  and c.id = (select k.case_id from case_lead k where k.lead_id = :lead_id) --? lead_id
  and c.handler_id = :handler_id --? handler_id
  and c.filed_at >= :filed_after --? filed_after
  and c.filed_at < :filed_before --? filed_before
  and (c.filed_at, c.id) < (:page.filed_at, :page.id) --? page
order by c.filed_at desc, c.id desc
limit :page.size;
