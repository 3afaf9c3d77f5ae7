//! The catalogue of bad input, case by case: what proves each. Fails if a case is missing, or names a test that there is not.

use std::path::Path;

/// What proves a case: a file below `tests` and a test in it.
type Proof = (&'static str, &'static str);

/// Number, input, proofs.
const CASES: &[(u8, &str, &[Proof])] = &[
    (1, "malformed JSON", &[("api/bad_input.rs", "what_is_no_json_is_malformed")]),
    (2, "empty body", &[("api/bad_input.rs", "what_is_no_json_is_malformed")]),
    (3, "invalid UTF-8, lone surrogate", &[("api/bad_input.rs", "what_is_no_json_is_malformed")]),
    (4, "byte order mark", &[("api/bad_input.rs", "what_is_no_json_is_malformed")]),
    (5, "nesting 129", &[("api/bad_input.rs", "what_is_no_json_is_malformed")]),
    (6, "a key twice", &[("api/bad_input.rs", "what_is_no_json_is_malformed")]),
    (7, "unknown field", &[("api/bad_input.rs", "a_rating_of_the_wrong_shape_is_refused_with_a_pointer")]),
    (8, "media type", &[("api/bad_input.rs", "only_plain_json_is_read")]),
    (9, "content encoding", &[("api/bad_input.rs", "only_plain_json_is_read")]),
    (10, "body too large", &[("api/bad_input.rs", "a_body_that_is_too_large_closes_the_connection")]),
    (11, "chunked, too large", &[("api/bad_input.rs", "a_body_that_is_too_large_closes_the_connection")]),
    (12, "slow body", &[("api/bad_input.rs", "a_body_that_does_not_arrive_is_given_up")]),
    (13, "length and chunked", &[("api/bad_input.rs", "a_broken_head_is_refused")]),
    (14, "no Host, two", &[("api/bad_input.rs", "a_broken_head_is_refused")]),
    (15, "header block too large", &[("api/bad_input.rs", "a_broken_head_is_refused")]),
    (16, "address too long", &[("api/bad_input.rs", "an_address_that_is_too_long_is_refused")]),
    (17, "address with dots and slashes", &[("api/bad_input.rs", "an_address_is_taken_literally")]),
    (18, "unknown route", &[("api/bad_input.rs", "an_address_is_taken_literally")]),
    (19, "wrong method", &[("api/bad_input.rs", "a_wrong_method_is_told_the_right_ones")]),
    (20, "Accept", &[("api/bad_input.rs", "an_answer_nobody_offers_is_not_acceptable")]),
    (21, "no credential", &[("api/access.rs", "no_route_of_the_document_lets_a_role_see_or_do_what_is_not_its_own")]),
    (
        22,
        "ended or garbled credential",
        &[("api/access.rs", "a_key_is_shown_once_does_what_it_was_made_for_and_ends_at_once")],
    ),
    (23, "key and session", &[("api/doubtful_input.rs", "a_key_and_a_session_at_once_are_refused")]),
    (
        24,
        "no session's word, foreign origin",
        &[("api/sign_in.rs", "a_one_time_link_sets_the_password_once_and_one_signs_in_and_out")],
    ),
    (25, "role", &[("api/access.rs", "no_route_of_the_document_lets_a_role_see_or_do_what_is_not_its_own")]),
    (
        26,
        "another's object",
        &[("api/access.rs", "no_route_of_the_document_lets_a_role_see_or_do_what_is_not_its_own")],
    ),
    (
        27,
        "id",
        &[
            ("api/bad_input.rs", "an_id_in_the_address_has_the_shape_of_one"),
            ("api/bad_input.rs", "a_rating_of_the_wrong_shape_is_refused_with_a_pointer"),
        ],
    ),
    (28, "no Idempotency-Key", &[("api/bad_input.rs", "a_rating_needs_one_printable_key")]),
    (29, "bad Idempotency-Key", &[("api/bad_input.rs", "a_rating_needs_one_printable_key")]),
    (30, "key reused", &[("api/ratings.rs", "a_key_is_not_reused_for_another_rating")]),
    (31, "key in flight", &[("api/ratings.rs", "a_key_in_flight_is_answered_with_a_conflict")]),
    (32, "key of another principal", &[("api/doubtful_input.rs", "an_equal_key_of_another_account_is_another_key")]),
    (33, "replay", &[("api/ratings.rs", "the_same_key_and_body_are_answered_as_the_first_time")]),
    (34, "score out of range", &[("api/bad_input.rs", "a_rating_of_the_wrong_shape_is_refused_with_a_pointer")]),
    (35, "score's precision", &[("api/bad_input.rs", "a_rating_of_the_wrong_shape_is_refused_with_a_pointer")]),
    (36, "score's type", &[("api/bad_input.rs", "a_rating_of_the_wrong_shape_is_refused_with_a_pointer")]),
    (37, "NaN, Infinity", &[("api/bad_input.rs", "what_is_no_json_is_malformed")]),
    (38, "1e400, -0.0, 400 digits", &[("api/bad_input.rs", "a_rating_of_the_wrong_shape_is_refused_with_a_pointer")]),
    (39, "missing field", &[("api/bad_input.rs", "a_rating_of_the_wrong_shape_is_refused_with_a_pointer")]),
    (40, "comment too long", &[("api/more_bad_input.rs", "a_comment_is_bounded_and_shows_what_it_says")]),
    (41, "comment's characters", &[("api/more_bad_input.rs", "a_comment_is_bounded_and_shows_what_it_says")]),
    (
        42,
        "comment with a number of somebody",
        &[("api/doubtful_input.rs", "a_number_of_somebody_in_a_comment_must_be_confirmed")],
    ),
    (43, "code in a text", &[("api/more_bad_input.rs", "what_would_be_code_elsewhere_is_kept_as_text")]),
    (
        44,
        "fields of the server's own",
        &[("api/bad_input.rs", "a_rating_of_the_wrong_shape_is_refused_with_a_pointer")],
    ),
    (45, "no engagement", &[("api/ratings.rs", "only_a_confirmed_engagement_can_be_rated")]),
    (
        46,
        "rating window",
        &[("api/rating_rules.rs", "a_rating_is_possible_from_a_month_after_the_start_until_half_a_year_after_the_end")],
    ),
    (47, "second rating", &[("api/ratings.rs", "a_second_rating_is_led_to_the_first")]),
    (48, "no If-Match", &[("api/ratings.rs", "a_rating_is_revised_and_withdrawn_with_the_revision_in_hand")]),
    (49, "stale If-Match", &[("api/ratings.rs", "a_rating_is_revised_and_withdrawn_with_the_revision_in_hand")]),
    (
        50,
        "revised too often",
        &[("api/rating_rules.rs", "an_old_rating_is_revised_with_a_reason_and_not_twice_in_a_month")],
    ),
    (51, "withdrawn rating", &[("api/ratings.rs", "a_rating_is_revised_and_withdrawn_with_the_revision_in_hand")]),
    (52, "size of a list", &[("api/bad_input.rs", "a_question_out_of_bounds_is_refused")]),
    (53, "unknown code", &[("api/directory.rs", "a_reference_to_nothing_is_refused_with_near_codes")]),
    (
        54,
        "constraints that leave nobody",
        &[("api/bad_input.rs", "constraints_that_leave_nobody_are_answered_with_their_names")],
    ),
    (55, "weights", &[("api/directory.rs", "weights_that_do_not_sum_to_a_hundred_are_refused")]),
    (
        56,
        "scenario",
        &[
            ("api/scenarios.rs", "bad_scenarios_are_refused_and_name_the_change_at_fault"),
            ("api/kept_scenarios.rs", "a_bad_kept_scenario_is_refused"),
        ],
    ),
    (
        57,
        "scenario over its time",
        &[("api/scenario_questions.rs", "a_nation_that_runs_out_of_time_says_so_in_its_last_line")],
    ),
    (
        58,
        "aggregate of few raters",
        &[("api/published.rs", "below_three_enterprises_there_is_no_figure_and_no_number")],
    ),
    (59, "place in a list", &[("api/more_bad_input.rs", "the_place_in_a_list_has_the_shape_of_a_code")]),
    (60, "Zeyou-Min-Seq", &[("api/shortlist.rs", "a_reader_may_insist_on_a_seq")]),
    (
        61,
        "limit of rate",
        &[
            ("api/limits.rs", "an_account_may_ask_so_much_and_a_what_if_costs_more"),
            ("faults/limits.rs", "replicas_count_together_by_redis_and_alone_without_it"),
        ],
    ),
    (
        62,
        "overload",
        &[(
            "api/scenario_questions.rs",
            "when_all_places_are_taken_a_scenario_is_told_to_come_again_and_everybody_else_is_served",
        )],
    ),
    (63, "database away", &[("faults/pauses.rs", "a_paused_database_refuses_writes_in_time_and_reads_go_on")]),
    (
        64,
        "answer to the commit lost",
        &[("store/postgres.rs", "a_paused_server_is_told_in_time_and_the_key_decides_later")],
    ),
    (65, "full disk", &[("faults/full.rs", "a_full_disk_is_told_reads_go_on_and_writes_come_back")]),
    (66, "bad row of a file", &[("cli.rs", "a_bad_row_is_named_by_file_line_and_column_and_nothing_is_written")]),
    (67, "encoding, size, quotes of a file", &[("upload.rs", "what_is_no_table_is_told_what_it_is")]),
    (
        68,
        "the same college written otherwise",
        &[("api/doubtful_input.rs", "a_college_that_may_be_there_already_must_be_confirmed")],
    ),
    (69, "day", &[("api/more_bad_input.rs", "a_day_that_is_none_is_refused_with_its_place")]),
    (70, "unknown user, wrong password", &[("api/sign_in.rs", "who_guesses_learns_nothing_and_has_to_wait")]),
];

#[test]
fn every_case_names_what_proves_it() {
    let numbers: Vec<u8> = CASES.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, (1..=70).collect::<Vec<u8>>());
    for (number, input, proofs) in CASES {
        assert!(!proofs.is_empty(), "{number} {input} has no proof");
        for (file, test) in *proofs {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{number}: {file}: {error}"));
            let there = text.contains(&format!("fn {test}()"));
            assert!(there, "{number} {input}: there is no test {test} in {file}");
        }
    }
}
