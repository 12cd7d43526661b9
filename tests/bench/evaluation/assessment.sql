-- The yearly assessment of 000 篇4 in SQL (SQLite). Facts are in household(id) and outcome(household, part, day, mark, plus, minus);
-- the parts of the scheme with their periods are rows of `part`(code, base, quarter). Amounts are hundredths.
CREATE TABLE result AS
WITH
cells AS (
    SELECT h.id AS household, p.code, p.quarter, p.base,
           coalesce(max(o.mark), p.base) + coalesce(sum(o.plus) - sum(o.minus), 0) AS value
    FROM household h CROSS JOIN part p
    LEFT JOIN outcome o ON o.household = h.id AND o.part = p.code AND (p.quarter = 0 OR (substr(o.day, 6, 2) + 2) / 3 = p.quarter)
    GROUP BY h.id, p.code, p.quarter
),
of_parts AS (
    SELECT household, code, (2 * sum(value) + count(*)) / (2 * count(*)) AS value FROM cells GROUP BY household, code
),
years AS (SELECT household, sum(value) AS value FROM of_parts GROUP BY household),
ranked AS (
    SELECT household, value, rank() OVER (ORDER BY value DESC) AS place, row_number() OVER (ORDER BY value DESC) AS nth, count(*) OVER () AS n
    FROM years
),
-- what the last within each cut has: equals are admitted
cuts AS (
    SELECT (SELECT value FROM ranked WHERE nth = n * 10 / 100) AS five, (SELECT value FROM ranked WHERE nth = n * 20 / 100) AS four,
           (SELECT value FROM ranked WHERE nth = n * 30 / 100) AS three
)
SELECT household AS id, value, place,
       CASE WHEN value < 14000 THEN '-' WHEN value >= five THEN 'five' WHEN value >= four THEN 'four' WHEN value >= three THEN 'three' ELSE '-' END AS star
FROM ranked, cuts;
