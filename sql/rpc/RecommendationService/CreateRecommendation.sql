-- CreateRecommendation: records a recommendation that was issued. A supervisor of its office's region.
select check_new_record('recommendation', :recommendation.id, 'recommendation'),
       check_record_office(coalesce(:recommendation.office_id, my_office()), :recommendation.issued_on, 'recommendation'),
       check_past_day(:recommendation.issued_on, 'recommendation.issued_on'),
       check_recommendation(
         coalesce(:recommendation.office_id, my_office()), :recommendation.number, :recommendation.issued_on, :recommendation.reply_due_on,
         :recommendation.lead_id, :recommendation.case_id, filled(:recommendation.items.due_on, :recommendation.reply_due_on),
         :recommendation.items.verified_on, :recommendation.items.rectified, :recommendation.replied_on, :recommendation.reply,
         :recommendation.institutions.revised_on
       );

insert into recommendation (
  id, office_id, number, addressed_to, issued_on, reply_due_on, lead_id, case_id, item_texts, item_due_on,
  item_verified_on, item_rectified, replied_on, reply, institution_names, institution_revised_on, etag
)
values (
  :recommendation.id, coalesce(:recommendation.office_id, my_office()), :recommendation.number,
  :recommendation.addressed_to, :recommendation.issued_on, :recommendation.reply_due_on, :recommendation.lead_id,
  :recommendation.case_id, :recommendation.items.text,
  filled(:recommendation.items.due_on, :recommendation.reply_due_on), :recommendation.items.verified_on,
  :recommendation.items.rectified, :recommendation.replied_on, :recommendation.reply,
  :recommendation.institutions.name, :recommendation.institutions.revised_on, :recommendation#hash
);

select r.*
from recommendation_answer r
where r.id = :recommendation.id;
