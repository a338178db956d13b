namespace Avvik.IdentityDetection.Tests;

/// <summary>Notations of numbers that passed the detection in a penetration test (synthetic numbers, and the published 13057510689).</summary>
public sealed class Disguised_number_tests
{
    [Theory]
    [InlineData("‹130575, 10689›")]
    [InlineData("‹130575 (10689)›")]
    [InlineData("‹130575 pnr 10689›")]
    [InlineData("‹130575     10689›")]
    [InlineData("‹1\r\n3\r\n0\r\n5\r\n7\r\n5\r\n1\r\n0\r\n6\r\n8\r\n9›")]
    [InlineData("‹13O575 lO689›")]
    [InlineData("‹l3O575lO689›")]
    [InlineData("‹①③⓪⑤⑦⑤①⓪⑥⑧⑨›")]
    [InlineData("‹¹³⁰⁵⁷⁵¹⁰⁶⁸⁹›")]
    [InlineData("‹𝟏𝟑𝟎𝟓𝟕𝟓𝟏𝟎𝟔𝟖𝟗›")]
    [InlineData("‹❶❸0575 10689›")]
    [InlineData("‹&#49;&#51;0575&nbsp;10689›")]
    [InlineData("‹130575&#x20;10689›")]
    [InlineData("‹13\u200B0575\u2060 10\u00AD689›")]
    [InlineData("‹١٣٠٥٧٥ ١٠٦٨٩›")]
    [InlineData("født ‹13.05.1975, siste fem 10689›")]
    [InlineData("født ‹13. mai 1975, siste fem 10689›")]
    [InlineData("fødd ‹13.5.75 og bur i Hamar, personnummer 10689›")]
    [InlineData("født ‹1975-05-13 med personnr. 10689›")]
    [InlineData("‹130575, personnummer 106 89›")]
    [InlineData("siste fem ‹10689, født 13.05.1975›")]
    [InlineData("kl. 2026-08-14T10:00:00.‹13057510689›Z")]
    [InlineData("/api/v1/reports/‹13057510689›/2026-Q3")]
    [InlineData("sak-‹13057510689›")]
    public void Find_finds_person_number_in_disguised_notation(string marked) => AssertFound(IdentityKind.PersonNumber, marked);

    [Theory]
    [InlineData("Innlagt 13.05.2026, rom 10689.")]
    [InlineData("Innlagt 13.05.2026, kostnad 12345 kroner.")]
    [InlineData("Utskrevet 130826. Sak 10689 er lukket.")]
    [InlineData("Fødd 13.05.1975, bur på 2312 Ottestad.")]
    public void Find_ignores_a_date_and_five_digits_that_are_unrelated(string text) => Assert.Empty(IdentityDetector.Find(text));

    [Theory]
    [InlineData(IdentityKind.ForeignPersonNumber, "svensk personnummer ‹811228-9874›")]
    [InlineData(IdentityKind.ForeignPersonNumber, "‹19811228-9874›")]
    [InlineData(IdentityKind.ForeignPersonNumber, "personnr ‹198112289874›")]
    [InlineData(IdentityKind.ForeignPersonNumber, "CPR ‹070761-4285›")]
    [InlineData(IdentityKind.ForeignPersonNumber, "finsk henkilötunnus ‹131052-308T›")]
    [InlineData(IdentityKind.BankAccount, "Konto ‹8601.11.17947›")]
    [InlineData(IdentityKind.BankAccount, "kontonummer ‹12345678903›")]
    [InlineData(IdentityKind.BankAccount, "IBAN ‹NO93 8601 1117 947›")]
    [InlineData(IdentityKind.PassportNumber, "pass nr. ‹CCC002265›")]
    [InlineData(IdentityKind.PassportNumber, "Passnummer: ‹29481736›")]
    public void Find_finds_foreign_bank_and_passport_numbers(IdentityKind kind, string marked) => AssertFound(kind, marked);

    [Theory]
    [InlineData("Registrert 20260812-1430 av systemet")]
    [InlineData("Eksport 120826-1430 feilet")]
    [InlineData("Kontoret i 3. etasje har 12345678901 treff")]
    [InlineData("Pass på at 12345678 ikke brukes")]
    [InlineData("131052-308A")]
    [InlineData("NO92 8601 1117 947")]
    public void Find_ignores_similar_numbers_without_cue_or_control_digit(string text) => Assert.Empty(IdentityDetector.Find(text));

    [Fact]
    public void FindPossible_finds_names_with_decomposed_and_invisible_characters()
    {
        // "Åse Bråten" as macOS writes it, with a soft hyphen.
        const string text = "Pasienten A\u030Ase Bra\u030A\u00ADten kom hjem.";
        Assert.Equal([new(IdentityKind.PersonName, 10, 13)], IdentityDetector.FindPossible(text));
    }

    [Fact]
    public void Word_lists_name_their_source_and_licence()
    {
        var folder = Path.Combine(Testing.RepositoryRoot.Path, "services/IdentityDetection/Words");
        var files = Directory.GetFiles(folder, "*.txt");
        Assert.True(files.Length > 20, $"{files.Length} lists");
        foreach (var file in files)
        {
            var head = File.ReadLines(file).TakeWhile(l => l.StartsWith('#')).ToList();
            Assert.True(head.Exists(l => l.Contains("Source: ", StringComparison.Ordinal)), file);
            Assert.True(head.Exists(l => l.Contains("Licence: ", StringComparison.Ordinal)), file);
            Assert.NotEmpty(Words.Read(Path.GetFileNameWithoutExtension(file)));
        }
    }

    private static void AssertFound(IdentityKind kind, string marked)
    {
        var start = marked.IndexOf('‹', StringComparison.Ordinal);
        var text = marked.Replace("‹", "", StringComparison.Ordinal).Replace("›", "", StringComparison.Ordinal);
        Assert.Equal([new(kind, start, marked.IndexOf('›', StringComparison.Ordinal) - start - 1)], IdentityDetector.Find(text));
    }
}
