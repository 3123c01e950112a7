-- CreatePublication: records what was made public. A supervisor of its office's region.
select check_new_record('publication', :publication.id, 'publication'),
       check_record_office(coalesce(:publication.office_id, my_office()), :publication.published_on, 'publication'),
       check_past_day(:publication.published_on, 'publication.published_on'),
       check_publication(
         :publication.kind, :publication.published_on, :publication.matter, :publication.in_force_to, :publication.views, :publication.views_read_on,
         :publication.case_id
       );

insert into publication (
  id, kind, office_id, title, body, link, published_on, matter, in_force_to, views, views_read_on, case_id, etag
)
values (
  :publication.id, :publication.kind, coalesce(:publication.office_id, my_office()), :publication.title,
  :publication.body, :publication.link, :publication.published_on, :publication.matter, :publication.in_force_to,
  :publication.views, :publication.views_read_on, :publication.case_id, :publication#hash
);

select r.*
from publication_answer r
where r.id = :publication.id;
