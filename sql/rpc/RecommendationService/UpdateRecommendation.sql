-- UpdateRecommendation: changes the fields that the mask names. A supervisor of its office's region.
select refuse_unless(
         :update_mask <@ array[
           'office_id', 'number', 'addressed_to', 'issued_on', 'reply_due_on', 'lead_id', 'case_id', 'items',
           'replied_on', 'reply', 'institutions'
         ],
         'BAD_PATH', 'update_mask'
       ),
       check_record('recommendation', :recommendation.id, :recommendation.etag, 'recommendation'),
       check_given(:update_mask, 'recommendation', array['office_id', 'number', 'addressed_to', 'issued_on', 'items'],
         array[
           :recommendation.office_id is not null, :recommendation.number::text is not null,
           :recommendation.addressed_to::text is not null, :recommendation.issued_on is not null,
           cardinality(:recommendation.items.text::text[]) > 0
         ]);

select check_record_office(m.office_id, m.issued_on, 'recommendation'),
       check_past_day(m.issued_on, 'recommendation.issued_on'),
       check_recommendation(
         m.office_id, m.number, m.issued_on, m.reply_due_on, :recommendation.lead_id, :recommendation.case_id, m.item_due_on,
         m.item_verified_on, m.item_rectified, m.replied_on, m.reply, m.institution_revised_on, r.id
       ),
       refuse_unless(num_nonnulls(m.lead_id, m.case_id) < 2, 'ONE_ORIGIN', 'recommendation.case_id')
from recommendation r
cross join lateral (
  select chosen(:update_mask, 'office_id', :recommendation.office_id, r.office_id),
         chosen(:update_mask, 'issued_on', :recommendation.issued_on, r.issued_on),
         chosen(:update_mask, 'number', :recommendation.number, r.number),
         chosen(:update_mask, 'reply_due_on', :recommendation.reply_due_on, r.reply_due_on),
         chosen(:update_mask, 'lead_id', :recommendation.lead_id, r.lead_id),
         chosen(:update_mask, 'case_id', :recommendation.case_id, r.case_id),
         filled(chosen_list(:update_mask, 'items', :recommendation.items.due_on, r.item_due_on),
           chosen(:update_mask, 'reply_due_on', :recommendation.reply_due_on, r.reply_due_on)),
         chosen_list(:update_mask, 'items', :recommendation.items.verified_on, r.item_verified_on),
         chosen_list(:update_mask, 'items', :recommendation.items.rectified, r.item_rectified),
         chosen(:update_mask, 'replied_on', :recommendation.replied_on, r.replied_on),
         chosen(:update_mask, 'reply', :recommendation.reply, r.reply),
         chosen_list(:update_mask, 'institutions', :recommendation.institutions.revised_on, r.institution_revised_on)
) m(
  office_id, issued_on, number, reply_due_on, lead_id, case_id, item_due_on, item_verified_on, item_rectified,
  replied_on, reply, institution_revised_on
)
where r.id = :recommendation.id;

update recommendation r
set office_id = chosen(:update_mask, 'office_id', :recommendation.office_id, r.office_id),
    number = chosen(:update_mask, 'number', :recommendation.number, r.number),
    addressed_to = chosen(:update_mask, 'addressed_to', :recommendation.addressed_to, r.addressed_to),
    issued_on = chosen(:update_mask, 'issued_on', :recommendation.issued_on, r.issued_on),
    reply_due_on = chosen(:update_mask, 'reply_due_on', :recommendation.reply_due_on, r.reply_due_on),
    lead_id = chosen(:update_mask, 'lead_id', :recommendation.lead_id, r.lead_id),
    case_id = chosen(:update_mask, 'case_id', :recommendation.case_id, r.case_id),
    item_texts = chosen_list(:update_mask, 'items', :recommendation.items.text, r.item_texts),
    item_due_on = filled(chosen_list(:update_mask, 'items', :recommendation.items.due_on, r.item_due_on),
      chosen(:update_mask, 'reply_due_on', :recommendation.reply_due_on, r.reply_due_on)),
    item_verified_on = chosen_list(:update_mask, 'items', :recommendation.items.verified_on, r.item_verified_on),
    item_rectified = chosen_list(:update_mask, 'items', :recommendation.items.rectified, r.item_rectified),
    replied_on = chosen(:update_mask, 'replied_on', :recommendation.replied_on, r.replied_on),
    reply = chosen(:update_mask, 'reply', :recommendation.reply, r.reply),
    institution_names = chosen_list(:update_mask, 'institutions', :recommendation.institutions.name, r.institution_names),
    institution_revised_on = chosen_list(:update_mask, 'institutions', :recommendation.institutions.revised_on, r.institution_revised_on),
    etag = :recommendation#hash
where r.id = :recommendation.id;

select r.*
from recommendation_answer r
where r.id = :recommendation.id;
