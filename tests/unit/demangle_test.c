/* Linkage names made readable, and return types cut off. */

#include "lib/analysis/demangle.h"
#include "tests/tap.h"

#include <stdlib.h>

static void is_name(const char *mangled, const char *want)
{
	char *got = demangle_function(mangled);

	IS_STR(got, want, mangled);
	free(got);
}

static void is_cut(const char *text, const char *want)
{
	size_t length;
	const char *name = demangle_without_return(text, &length);
	char *got = strndup(name, length);

	IS_STR(got, want, text);
	free(got);
}

static void is_base(const char *name, const char *want)
{
	char *got = strndup(name, demangle_base_length(name));

	IS_STR(got, want, name);
	free(got);
}

static void cxx_names(void)
{
	is_name("_ZN1B1vEv", "B::v()");
	is_name("_ZNK1S2pmIiEEMS_iT_", "S::pm<int>(int) const");
	is_name("_Z2tfIiET_S0_", "tf<int>(int)");
	is_name("_ZThn8_N2D21wEv", "non-virtual thunk to D2::w()");
	is_name("_ZZ4mainENKUliE_clEi",
		"main::{lambda(int)#1}::operator()(int) const");
	is_name("_Z2tfIiET_S0_.part.0", "tf<int>(int)");
	is_name("_ZL3foov.constprop.0.isra.1", "foo()");
	is_name("_Znwm", "operator new(unsigned long)");
	is_name("main", NULL);
	is_name("_Zzzz", NULL);
	is_name("_ZN", NULL);
	is_name("", NULL);
	is_name("_start", NULL);
}

static void return_types(void)
{
	is_cut("void f<int>(int)", "f<int>(int)");
	is_cut("f(int)", "f(int)");
	is_cut("unsigned long a::b<c, d>::e<f>(g) const",
	       "a::b<c, d>::e<f>(g) const");
	is_cut("int (&ar<3>(int)) [3]", "ar<3>(int)");
	is_cut("void (*fp<int>(int))(double)", "fp<int>(int)");
	is_cut("int (S::*S::pmf<int>(int))(int)", "S::pmf<int>(int)");
	is_cut("int S::* S::pm<int>(int) const", "S::pm<int>(int) const");
	is_cut("decltype ({parm#1}+(1)) pl<int>(int)", "pl<int>(int)");
	is_cut("decltype(auto) f<int>(int)", "f<int>(int)");
	is_cut("int (anonymous namespace)::A::g<int>(int)",
	       "(anonymous namespace)::A::g<int>(int)");
	is_cut("(anonymous namespace)::f()", "(anonymous namespace)::f()");
	is_cut("(anonymous namespace)::T g<int>(int)", "g<int>(int)");
	is_cut("int S::operator()<int>(int)", "S::operator()<int>(int)");
	is_cut("bool S::operator< <int>(int)", "S::operator< <int>(int)");
	is_cut("int S::operator->*<int>(int)", "S::operator->*<int>(int)");
	is_cut("S::operator int (*)(int)()", "S::operator int (*)(int)()");
	is_cut("S::operator unsigned long() const",
	       "S::operator unsigned long() const");
	is_cut("int operator\"\" _q<(char)49, (char)50>()",
	       "operator\"\" _q<(char)49, (char)50>()");
	is_cut("operator new[](unsigned long)",
	       "operator new[](unsigned long)");
	is_cut("void f<(a>b)>(int)", "f<(a>b)>(int)");
	is_cut("void f<&(S::operator>(S))>(int)", "f<&(S::operator>(S))>(int)");
	is_cut("auto gl<int>(int)::{lambda(auto:1)#1}::operator()<int>(int)",
	       "gl<int>(int)::{lambda(auto:1)#1}::operator()<int>(int)");
	is_cut("std::string f[abi:cxx11]<int>(int)", "f[abi:cxx11]<int>(int)");
}

static void other_languages(void)
{
	is_name("_ZN4core3fmt5Write9write_str17h0123456789abcdefE",
		"core::fmt::Write::write_str");
	is_name("_ZN50_$LT$u8$u20$as$u20$core..fmt..Display$GT$3fmt"
		"17h0123456789abcdefE",
		NULL);
	is_name("_ZN39_$LT$u8$u20$as$u20$core..fmt..Debug$GT$3fmt"
		"17h0123456789abcdefE",
		"<u8 as core::fmt::Debug>::fmt");
	is_name("_RNvCs1234_7mycrate3foo", NULL);
	is_name("__kernels_MOD_taylor", "kernels::taylor");
	is_name("__foo", NULL);
}

static void clone_suffixes(void)
{
	is_base("foo.cold", "foo");
	is_base("foo.part.0", "foo");
	is_base("foo.constprop.12.isra.3.cold", "foo");
	is_base("foo.llvm.1234", "foo");
	is_base("foo", "foo");
	is_base("foo.0", "foo.0");
	is_base("foo.coldest", "foo.coldest");
	is_base(".cold", ".cold");
	is_base("", "");
}

static void exponential_names_are_refused(void)
{
	OK(!demangle_function("_Z1f1a1bIS_S_ES0_IS1_S1_ES0_IS2_S2_ES0_IS3_S3_"
			      "ES0_IS4_S4_ES0"
			      "_IS5_S5_ES0_IS6_S6_ES0_IS7_S7_ES0_IS8_S8_ES0_"
			      "IS9_S9_ES0_ISA_"
			      "SA_ES0_ISB_SB_ES0_ISC_SC_ES0_ISD_SD_ES0_ISE_SE_"
			      "ES0_ISF_SF_ES"
			      "0_ISG_SG_ES0_ISH_SH_ES0_ISI_SI_ES0_ISJ_SJ_ES0_"
			      "ISK_SK_ES0_ISL"
			      "_SL_ES0_ISM_SM_ES0_ISN_SN_ES0_ISO_SO_ES0_ISP_SP_"
			      "ES0_ISQ_SQ_E"
			      "S0_ISR_SR_ES0_ISS_SS_ES0_IST_ST_ES0_ISU_SU_ES0_"
			      "ISV_SV_ES0_IS"
			      "W_SW_ES0_ISX_SX_ES0_ISY_SY_ES0_ISZ_SZ_ES0_IS10_"
			      "S10_ES0_IS11_"
			      "S11_ES0_IS12_S12_ES0_IS13_S13_E"),
	   "a name of 2^40 parts is not expanded");
}

static void broken_brackets_end(void)
{
	is_cut("void f<(int", "f<(int");
	is_cut("void f{", "f{");
	is_cut("operator", "operator");
	is_cut("int (", "(");
	is_cut("", "");
}

int main(void)
{
	cxx_names();
	return_types();
	other_languages();
	clone_suffixes();
	exponential_names_are_refused();
	broken_brackets_end();
	return tap_done();
}
