-- What is kept once more for figures: the facts that follow from leads, visits and cases, and what visits come to by month.
set search_path = zoufang;
call make_facts();
call make_visit_months();
