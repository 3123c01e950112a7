-- ListPublications: the publications that the caller may read, the newest first; those that stand, or those that were withdrawn. Officers and supervisors.
select r.id as "publications.id",
       r.kind as "publications.kind",
       r.office_id as "publications.office_id",
       r.title as "publications.title",
       r.body as "publications.body",
       r.link as "publications.link",
       r.published_on as "publications.published_on",
       r.matter as "publications.matter",
       r.in_force_to as "publications.in_force_to",
       r.views as "publications.views",
       r.views_read_on as "publications.views_read_on",
       (select c.id from case_file c where c.id = r.case_id) as "publications.case_id",
       r.etag as "publications.etag",
       r.region_code as "publications.region_code",
       r.current_code as "publications.current_region_code",
       r.created_by as "publications.history.created_by",
       r.created_at as "publications.history.created_at",
       r.written_by as "publications.history.updated_by",
       r.written_at as "publications.history.updated_at",
       r.withdrawn_by as "publications.history.withdrawn_by",
       r.withdrawn_at as "publications.history.withdrawn_at",
       r.withdrawn_reason as "publications.history.withdrawn_reason",
       r.published_on as "page.published_on",
       r.id as "page.id"
from publication r
cross join within(:region_code) w
where (r.withdrawn_at is not null) = :withdrawn
  and r.current_code <@ w.codes --? region_code
  and r.office_id = :office_id --? office_id
  and r.published_on >= :published_from --? published_from
  and r.published_on < :published_before --? published_before
  and r.kind = :kind --? kind
  and r.matter = :matter --? matter
  and r.kind = 1 and r.published_on <= :in_force_on and coalesce(r.in_force_to, 'infinity') >= :in_force_on --? in_force_on
  and r.case_id = (select c.id from case_file c where c.id = :case_id) --? case_id
  and strpos(lower(concat_ws(' ', r.title, r.body)), lower(:query)) > 0 --? query
  and (r.published_on, r.id) < (:page.published_on, :page.id) --? page
order by r.published_on desc, r.id desc
limit :page.size;
