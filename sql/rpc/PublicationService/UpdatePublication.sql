-- UpdatePublication: changes the fields that the mask names. A supervisor of its office's region.
select refuse_unless(
         :update_mask <@ array[
           'office_id', 'title', 'body', 'link', 'published_on', 'matter', 'in_force_to', 'views', 'views_read_on',
           'case_id'
         ],
         'BAD_PATH', 'update_mask'
       ),
       check_record('publication', :publication.id, :publication.etag, 'publication'),
       check_given(:update_mask, 'publication', array['office_id', 'title', 'published_on'],
         array[
           :publication.office_id is not null, :publication.title::text is not null,
           :publication.published_on is not null
         ]);

select check_record_office(m.office_id, m.published_on, 'publication'),
       check_past_day(m.published_on, 'publication.published_on'),
       check_publication(r.kind, m.published_on, m.matter, m.in_force_to, m.views, m.views_read_on, m.case_id, r.case_id)
from publication r
cross join lateral (
  select chosen(:update_mask, 'office_id', :publication.office_id, r.office_id),
         chosen(:update_mask, 'published_on', :publication.published_on, r.published_on),
         chosen(:update_mask, 'matter', :publication.matter, r.matter),
         chosen(:update_mask, 'in_force_to', :publication.in_force_to, r.in_force_to),
         chosen(:update_mask, 'views', :publication.views, r.views),
         chosen(:update_mask, 'views_read_on', :publication.views_read_on, r.views_read_on),
         chosen(:update_mask, 'case_id', :publication.case_id, r.case_id)
) m(office_id, published_on, matter, in_force_to, views, views_read_on, case_id)
where r.id = :publication.id;

update publication r
set office_id = chosen(:update_mask, 'office_id', :publication.office_id, r.office_id),
    title = chosen(:update_mask, 'title', :publication.title, r.title),
    body = chosen(:update_mask, 'body', :publication.body, r.body),
    link = chosen(:update_mask, 'link', :publication.link, r.link),
    published_on = chosen(:update_mask, 'published_on', :publication.published_on, r.published_on),
    matter = chosen(:update_mask, 'matter', :publication.matter, r.matter),
    in_force_to = chosen(:update_mask, 'in_force_to', :publication.in_force_to, r.in_force_to),
    views = chosen(:update_mask, 'views', :publication.views, r.views),
    views_read_on = chosen(:update_mask, 'views_read_on', :publication.views_read_on, r.views_read_on),
    case_id = chosen(:update_mask, 'case_id', :publication.case_id, r.case_id),
    etag = :publication#hash
where r.id = :publication.id;

select r.*
from publication_answer r
where r.id = :publication.id;
