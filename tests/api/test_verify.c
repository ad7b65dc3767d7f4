// SPDX-License-Identifier: BSD-2-Clause
/* Verdicts through the public API: what is delivered, when, and what comes back. */
#include "api.h"

static const char text_two[] = ".map counts type=hash key=4 value=8 entries=16\n"
			       ".prog good section=\"xdp\"\nr0 = 2\nexit\n"
			       ".prog bad section=\"xdp\"\n"
			       "*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map[counts]\n"
			       "call map_lookup_elem\nr0 = *(u64 *)(r0 + 0)\nexit\n";

struct heard {
	struct skep_diag *diag;
	int calls, accepted, stop_at;
	size_t errors, costs;
	char last[64], category[64], map[64], helper[64];
	unsigned processed, path, insn;
};

static int hear(void *arg, const struct skep_verdict *v)
{
	struct heard *h = arg;

	h->calls++;
	h->accepted += v->accepted;
	h->processed = v->processed;
	h->path = v->longest_path;
	h->insn = v->insn;
	h->costs = v->cost_count;
	h->errors = skep_diag_errors(h->diag);
	snprintf(h->last, sizeof(h->last), "%s", v->prog);
	snprintf(h->category, sizeof(h->category), "%s", v->category ? v->category : "");
	snprintf(h->map, sizeof(h->map), "%s", v->map_count ? v->maps[0] : "");
	snprintf(h->helper, sizeof(h->helper), "%s", v->helper_count ? v->helpers[0] : "");
	return h->calls == h->stop_at ? 77 : 0;
}

static struct skep_object *open_two(struct skep_diag *diag)
{
	struct skep_source src = { .data = text_two, .len = sizeof(text_two) - 1 };
	struct skep_object *obj;

	assert_int_equal(skep_open(&obj, SKEP_ASM, src, NULL, diag), 0);
	return obj;
}

static void a_refusal_is_eacces_and_one_error(void **state)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = open_two(diag);
	struct heard h = { .diag = diag };

	assert_int_equal(skep_verify(obj, NULL, hear, &h, diag), -EACCES);
	assert_int_equal(h.calls, 2);
	assert_int_equal(h.accepted, 1);
	assert_string_equal(h.last, "bad");
	assert_string_equal(h.category, "null pointer");
	assert_string_equal(h.map, "counts");
	assert_string_equal(h.helper, "map_lookup_elem");
	assert_int_equal(h.insn, 6);
	assert_int_equal(h.errors, 1); /* said before the verdict is delivered */
	assert_complains(diag, "may be NULL");
	skep_object_free(obj);
	skep_diag_free(diag);
}

static void one_program_may_be_asked_for(void **state)
{
	struct skep_verify_opts opts = {
		.size = sizeof(opts), .prog = "good", .btf_path = "none", .cost = true
	};
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = open_two(diag);
	struct heard h = { .diag = diag };

	assert_int_equal(skep_verify(obj, &opts, hear, &h, diag), 0);
	assert_int_equal(h.calls, 1);
	assert_int_equal(h.processed, 2);
	assert_int_equal(h.path, 2);
	assert_int_equal(h.costs, 1); /* the function; there is no branch */
	assert_int_equal(skep_verify(obj, &opts, NULL, NULL, NULL), 0);
	skep_object_free(obj);
	skep_diag_free(diag);
}

static void the_callback_can_end_it(void **state)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = open_two(diag);
	struct heard h = { .diag = diag, .stop_at = 1 };

	assert_int_equal(skep_verify(obj, NULL, hear, &h, diag), 77);
	assert_int_equal(h.calls, 1);
	skep_object_free(obj);
	skep_diag_free(diag);
}

static void wrong_options_are_told(void **state)
{
	struct skep_verify_opts opts = { .size = sizeof(opts), .btf_path = "none" };
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = open_two(diag);

	opts.prog = "goud";
	assert_int_equal(skep_verify(obj, &opts, NULL, NULL, diag), -ENOENT);
	assert_complains(diag, "did you mean 'good'");
	opts.prog = NULL;
	opts.linux_era = "six";
	assert_int_equal(skep_verify(obj, &opts, NULL, NULL, diag), -EINVAL);
	assert_complains(diag, "'six' is no release");
	opts.linux_era = "3.18";
	assert_int_equal(skep_verify(obj, &opts, NULL, NULL, diag), -EINVAL);
	assert_complains(diag, "too old");
	opts = (struct skep_verify_opts){ .size = 3 };
	assert_int_equal(skep_verify(obj, &opts, NULL, NULL, diag), -EINVAL);
	assert_complains(diag, "skep_verify_opts");
	skep_object_free(obj);
	skep_diag_free(diag);
}

static void releases_are_listed_oldest_first(void **state)
{
	size_t count = 0;

	while (skep_linux_era(count))
		count++;
	assert_int_equal(count, 9);
	assert_string_equal(skep_linux_era(0), "4.14");
	assert_string_equal(skep_linux_era(8), "6.18");
}

static void a_log_goes_where_it_is_asked_for(void **state)
{
	struct skep_verify_opts opts = {
		.size = sizeof(opts), .prog = "good", .btf_path = "none", .log = SKEP_LOG_INSN
	};
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = open_two(diag);
	char *log = NULL;
	size_t len = 0;

	opts.log_out = open_memstream(&log, &len);
	assert_int_equal(skep_verify(obj, &opts, NULL, NULL, diag), 0);
	fclose(opts.log_out);
	assert_non_null(strstr(log, "0: (b7) r0 = 2"));
	assert_non_null(strstr(log, "processed 2 insns (limit 1000000)"));
	free(log);
	skep_object_free(obj);
	skep_diag_free(diag);
}

static void a_log_of_linux_is_explained(void **state)
{
	static const char log[] = "5: (85) call bpf_map_lookup_elem#1    ; "
				  "R0_w=map_value_or_null(id=1,map=counts,ks=4,vs=8)\n"
				  "6: (79) r0 = *(u64 *)(r0 +0)\n"
				  "R0 invalid mem access 'map_value_or_null'\nprocessed 6 insns\n";
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = open_two(diag);

	assert_int_equal(skep_explain_log(obj, NULL, log, sizeof(log) - 1, diag), 0);
	assert_complains(diag, "the value (8 bytes) of map 'counts', or NULL");
	assert_int_equal(skep_explain_log(obj, "good", log, sizeof(log) - 1, diag), -EINVAL);
	assert_complains(diag, "of another program than 'good'");
	assert_int_equal(skep_explain_log(obj, "bad", "", 0, diag), -EINVAL);
	assert_complains(diag, "no refusal");
	skep_object_free(obj);
	skep_diag_free(diag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refusal_is_eacces_and_one_error), TEST(one_program_may_be_asked_for),
		TEST(the_callback_can_end_it),		 TEST(wrong_options_are_told),
		TEST(releases_are_listed_oldest_first),	 TEST(a_log_goes_where_it_is_asked_for),
		TEST(a_log_of_linux_is_explained),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
