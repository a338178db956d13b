namespace Avvik.IdentityDetection.Tests;

public sealed class Person_number_tests
{
    [Theory]
    [InlineData("02013299997", "fnr")]
    [InlineData("02013299806", "fnr")]
    [InlineData("30108299920", "fnr")]
    [InlineData("02013299903", "fnr")]
    [InlineData("30108299939", "fnr")]
    [InlineData("41814061033", "dnr")]
    [InlineData("41814065640", "dnr")]
    [InlineData("41810021827", "dnr")]
    public void IsValid_accepts_published_numbers_only_as_their_own_type(string number, string type)
    {
        Assert.True(PersonNumber.IsValid(number, type));
        Assert.True(PersonNumber.IsValid(number, null));
        foreach (var other in new[] { "fnr", "dnr", "hnr", "fhn", "duf", "" }.Where(t => t != type))
            Assert.False(PersonNumber.IsValid(number, other), other);
    }

    public static TheoryData<string, string, bool> KindsAndRules()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var kind in SyntheticNumbers.Kinds)
        {
            var type = kind switch { "hnr" or "fhn" => kind, _ when kind.StartsWith("dnr", StringComparison.Ordinal) => "dnr", _ => "fnr" };
            data.Add(kind, type, false);
            data.Add(kind, type, true);
        }
        return data;
    }

    [Theory, MemberData(nameof(KindsAndRules))]
    public void IsValid_accepts_both_control_rules_and_refuses_one_wrong_digit(string kind, string type, bool newRuleOnly)
    {
        var random = new Random(2032);
        for (var i = 0; i < 500; i++)
        {
            var number = SyntheticNumbers.Next(random, kind, newRuleOnly);
            Assert.True(PersonNumber.IsValid(number, type), number);

            // The second control digit covers all others in both rules, so it detects every single wrong digit.
            var at = random.Next(11);
            var wrong = number.ToCharArray();
            wrong[at] = (char)('0' + ((wrong[at] - '0' + random.Next(1, 10)) % 10));
            Assert.False(PersonNumber.IsValid(wrong, null), $"{number} with digit {at} wrong");
        }
    }

    [Fact]
    public void IsValid_accepts_first_control_remainders_0_to_3()
    {
        // For 020132 999 the old rule gives 9; the rule from 2032 also accepts 0 and 1, while 10 is not a digit.
        var accepted = Enumerable.Range(0, 100).Select(k => $"020132999{k:00}").Where(n => PersonNumber.IsValid(n, "fnr"));
        Assert.Equal(["02013299903", "02013299911", "02013299997"], accepted);
    }

    [Theory]
    [InlineData("29")]
    [InlineData("30")]
    [InlineData("31")]
    [InlineData("00")]
    [InlineData("32")]
    [InlineData("72")]
    public void IsValid_requires_a_date_that_exists_in_some_century(string day)
    {
        // February of all hundred years with any last digits: only the 29th of a leap year is valid.
        for (var year = 0; year < 100; year++)
        {
            var valid = Enumerable.Range(0, 10).Any(n => Endings($"{day}82{year:00}{n:000}"));
            Assert.Equal(day == "29" && year % 4 == 0, valid);
        }

        static bool Endings(string nine) => Enumerable.Range(0, 100).Any(k => PersonNumber.IsValid($"{nine}{k:00}", null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4181406103")]
    [InlineData("418140610333")]
    [InlineData("418140 61033")]
    [InlineData("41814061O33")]
    [InlineData("00000000000")]
    [InlineData("13057444850")]
    public void IsValid_refuses_other_texts(string text) => Assert.False(PersonNumber.IsValid(text, null));

    [Theory]
    [InlineData("883974832", true)]
    [InlineData("915933149", true)]
    [InlineData("997506499", true)]
    [InlineData("875300342", true)]
    [InlineData("983971709", true)]
    [InlineData("970540008", true)]
    [InlineData("983971708", false)]
    [InlineData("893971709", false)]
    [InlineData("98397170", false)]
    [InlineData("9839717090", false)]
    [InlineData("983 97170", false)]
    [InlineData("000000000", false)]
    public void Organization_number_is_valid_with_its_control_digit(string text, bool valid) => Assert.Equal(valid, OrganizationNumber.IsValid(text));
}
