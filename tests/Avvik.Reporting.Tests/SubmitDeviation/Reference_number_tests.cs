using System.Globalization;
using Avvik.IdentityDetection;
using Avvik.Reporting.SubmitDeviation;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;

namespace Avvik.Reporting.Tests.SubmitDeviation;

public sealed class Reference_number_tests
{
    private static ReferenceNumbers Numbers(string key) =>
        new(new TextProtector(new KeyRing(new() { ActiveKey = "k1", Keys = new() { ["k1"] = TestKeys.Of(key) } })));

    [Fact]
    public void Each_number_of_a_year_is_given_once_in_an_order_that_tells_no_pace()
    {
        var numbers = Numbers("one");
        var given = Enumerable.Range(1, 20_000).Select(n => numbers.Of(2026, n)).ToList();
        Assert.Equal(given.Count, given.Distinct(StringComparer.Ordinal).Count());
        Assert.All(given, reference => Assert.Matches("^AVV-2026-[1-9][0-9]{6}$", reference));
        // Neighbours are as far apart as any two of nine million, on average three millions.
        var order = given.Select(reference => double.Parse(reference[9..], CultureInfo.InvariantCulture)).ToList();
        var apart = order.Zip(order.Skip(1), (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(apart, 2_900_000, 3_100_000);
        Assert.NotEqual(given[0][9..], numbers.Of(2027, 1)[9..]);
        Assert.NotEqual(given[0], Numbers("another").Of(2026, 1));
        Assert.Equal(given[0], Numbers("one").Of(2026, 1));
    }

    [Fact]
    public void Reference_in_a_text_is_nobodys_number()
    {
        var numbers = Numbers("one");
        foreach (var year in Enumerable.Range(2026, 10))
            foreach (var reference in Enumerable.Range(1, 1000).Select(n => numbers.Of(year, n)))
                Assert.Empty(IdentityDetector.Find($"Samme pasient som i {reference}, ring om {reference}"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Reference_that_is_given_already_is_passed_over(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var first = await service.Reporter().SubmitAsync(Given.Submission);
        // As after a change of the fingerprints' key.
        await database.ExecuteAsync("update reference_counter set last = 0");
        var second = await service.Reporter().SubmitAsync(Given.Submission);
        Assert.NotEqual(first.Reference, second.Reference);
        Assert.Equal(2, await database.CountAsync("select last from reference_counter"));
    }
}
