-- ListRecommendations: the recommendations that the caller may read, the newest first; those that stand, or those that were withdrawn. Officers and supervisors.
select r.id as "recommendations.id",
       r.office_id as "recommendations.office_id",
       r.number as "recommendations.number",
       r.addressed_to as "recommendations.addressed_to",
       r.issued_on as "recommendations.issued_on",
       r.reply_due_on as "recommendations.reply_due_on",
       (select l.id from lead l where l.id = r.lead_id) as "recommendations.lead_id",
       (select c.id from case_file c where c.id = r.case_id) as "recommendations.case_id",
       r.item_texts as "recommendations.items.text",
       r.item_due_on as "recommendations.items.due_on",
       r.item_verified_on as "recommendations.items.verified_on",
       r.item_rectified as "recommendations.items.rectified",
       r.replied_on as "recommendations.replied_on",
       r.reply as "recommendations.reply",
       r.institution_names as "recommendations.institutions.name",
       r.institution_revised_on as "recommendations.institutions.revised_on",
       r.etag as "recommendations.etag",
       r.region_code as "recommendations.region_code",
       r.current_code as "recommendations.current_region_code",
       r.created_by as "recommendations.history.created_by",
       r.created_at as "recommendations.history.created_at",
       r.written_by as "recommendations.history.updated_by",
       r.written_at as "recommendations.history.updated_at",
       r.withdrawn_by as "recommendations.history.withdrawn_by",
       r.withdrawn_at as "recommendations.history.withdrawn_at",
       r.withdrawn_reason as "recommendations.history.withdrawn_reason",
       r.issued_on as "page.issued_on",
       r.id as "page.id"
from recommendation r
cross join within(:region_code) w
where (r.withdrawn_at is not null) = :withdrawn
  and r.current_code <@ w.codes --? region_code
  and r.office_id = :office_id --? office_id
  and r.issued_on >= :issued_from --? issued_from
  and r.issued_on < :issued_before --? issued_before
  and recommendation_overdue(r) = (:overdue = 1) --? overdue
  and r.lead_id = (select l.id from lead l where l.id = :lead_id) --? lead_id
  and r.case_id = (select c.id from case_file c where c.id = :case_id) --? case_id
  and strpos(lower(concat_ws(' ', r.number, r.addressed_to, array_to_string(r.item_texts, ' '))), lower(:query)) > 0 --? query
  and (r.issued_on, r.id) < (:page.issued_on, :page.id) --? page
order by r.issued_on desc, r.id desc
limit :page.size;
