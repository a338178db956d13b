using System.Text;
using Avvik.Contracts;

namespace Avvik.IdentityDetection.Tests;

public sealed class Identity_detector_tests
{
    public static TheoryData<string, string, bool> KindsRulesAndNotations()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var kind in SyntheticNumbers.Kinds)
            foreach (var notation in Notations.Keys)
            {
                data.Add(kind, notation, false);
                data.Add(kind, notation, true);
            }
        return data;
    }

    /// <summary>Every text of a request is searched, times and days too: a valid one must never be refused by chance.</summary>
    [Fact]
    public void Times_days_and_organization_numbers_are_no_identity()
    {
        var random = new Random(20261129);
        for (var i = 0; i < 100_000; i++)
        {
            var at = new DateTimeOffset(2016, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks((long)(random.NextDouble() * TimeSpan.FromDays(4000).Ticks))
                .ToOffset(TimeSpan.FromHours(random.Next(0, 3)));
            foreach (var text in new[] { $"{at:yyyy-MM-dd}", $"{at:yyyy-MM-dd'T'HH:mm:sszzz}", $"{at:yyyy-MM-dd'T'HH:mm:ss.fff}Z", $"{at:O}" })
                Assert.True(IdentityDetector.Find(text).Count == 0, text);
        }
        Assert.DoesNotContain(HealthCommunities.All.SelectMany(c => c.Parties), p => IdentityDetector.Find(p.OrganizationNumber).Count > 0);
    }

    [Theory, MemberData(nameof(KindsRulesAndNotations))]
    public void Find_finds_person_number_in_every_notation(string kind, string notation, bool newRuleOnly)
    {
        (string Before, string After)[] places =
        [
            ("", ""), ("Pasienten ", " kom hjem."), ("fnr:", ""), ("fnr", ""), ("Fødselsnr. ", ", innlagt 12.08.2026"), ("(", ")"), ("\"", "\""),
            ("Innlagt 12.08.2026 kl. 14.30: ", "."), ("p\n", "\n"), ("ID=", ";"), ("Ring 22 33 44 ", ""), ("æøå 👵 ", " 👵"), ("personnummer:\t", "\tog"),
        ];
        var random = new Random(7);
        for (var i = 0; i < 20; i++)
        {
            var number = SyntheticNumbers.Next(random, kind, newRuleOnly);
            var written = Notations[notation](number);
            foreach (var (before, after) in places)
            {
                // Right after another number only the usual notations can be distinguished.
                if (before.EndsWith("44 ", StringComparison.Ordinal) && notation is not ("together" or "date and five" or "date, dotted")) continue;
                var text = before + written + after;
                var finding = Assert.Single(IdentityDetector.Find(text), f => f.Kind == IdentityKind.PersonNumber);
                Assert.True(new IdentityFinding(IdentityKind.PersonNumber, before.Length, written.Length) == finding, text);
            }
        }
    }

    private static readonly Dictionary<string, Func<string, string>> Notations = new()
    {
        ["together"] = n => n,
        ["date and five"] = n => $"{n[..6]} {n[6..]}",
        ["with a dash"] = n => $"{n[..6]}-{n[6..]}",
        ["with a spaced en dash"] = n => $"{n[..6]} – {n[6..]}",
        ["with a dot"] = n => $"{n[..6]}.{n[6..]}",
        ["with a slash"] = n => $"{n[..6]}/{n[6..]}",
        ["with a no-break space"] = n => $"{n[..6]}\u00A0{n[6..]}",
        ["with a narrow no-break space"] = n => $"{n[..6]}\u202F{n[6..]}",
        ["with two thin spaces"] = n => $"{n[..6]}\u2009\u2009{n[6..]}",
        ["with a zero-width space"] = n => $"{n[..6]}\u200B{n[6..]}",
        ["with a soft hyphen in the middle"] = n => $"{n[..8]}\u00AD{n[8..]}",
        ["over two lines"] = n => $"{n[..6]}\r\n{n[6..]}",
        ["date, dotted"] = n => $"{n[..2]}.{n[2..4]}.{n[4..6]} {n[6..]}",
        ["date, dotted with spaces"] = n => $"{n[..2]}. {n[2..4]}. {n[4..6]} {n[6..]}",
        ["date, dotted, and a dash"] = n => $"{n[..2]}.{n[2..4]}.{n[4..6]}-{n[6..]}",
        ["date, slashed"] = n => $"{n[..2]}/{n[2..4]}-{n[4..6]} {n[6..]}",
        ["date, spaced"] = n => $"{n[..2]} {n[2..4]} {n[4..6]} {n[6..]}",
        ["control digits apart"] = n => $"{n[..6]} {n[6..9]} {n[9..]}",
        ["all apart"] = n => $"{n[..2]} {n[2..4]} {n[4..6]} {n[6..9]} {n[9..]}",
        ["in threes"] = n => $"{n[..3]} {n[3..6]} {n[6..9]} {n[9..]}",
        ["in pairs"] = n => $"{n[..2]}.{n[2..4]}.{n[4..6]}.{n[6..8]}.{n[8..10]}.{n[10..]}",
        ["digit by digit"] = n => string.Join(' ', n.AsEnumerable()),
        ["digit by digit with dashes"] = n => string.Join('-', n.AsEnumerable()),
        ["full width"] = n => string.Concat(n.Select(c => (char)('\uFF10' + c - '0'))),
        ["Arabic-Indic"] = n => string.Concat(n.Select(c => (char)('\u0660' + c - '0'))),
        ["Extended Arabic-Indic, grouped"] = n => string.Concat(n.Insert(6, " ").Select(c => c == ' ' ? c : (char)('\u06F0' + c - '0'))),
    };

    [Theory]
    [InlineData("1")]
    [InlineData("12")]
    public void Find_ignores_person_number_inside_a_longer_run_or_a_key(string more)
    {
        var random = new Random(11);
        for (var i = 0; i < 200; i++)
        {
            var number = SyntheticNumbers.Next(random, SyntheticNumbers.Kinds[i % 6], i % 2 == 0);
            foreach (var text in new[]
            {
                $"{more}{number}000", $"000{number}{more}", $"NO{more}9{number}", $"a{more}f{number}", $"{number}e{more}a", $"id c{number}",
                $"4f3c9a1e-{more}b7d-4c1a-9e0f-a{number}", $"x{number}y", $"{number[..6]}a{number[6..]}", $"{number[..6]}, {number[6..]}",
            })
                Assert.DoesNotContain(IdentityDetector.Find(text), f => f.Kind == IdentityKind.PersonNumber && f.Length == 11);
        }
    }

    [Fact]
    public void Find_finds_person_number_with_a_four_digit_year()
    {
        var random = new Random(13);
        foreach (var kind in SyntheticNumbers.Kinds.Where(k => k != "fhn"))
        {
            var n = SyntheticNumbers.Next(random, kind, newRuleOnly: false);
            foreach (var century in new[] { "18", "19", "20" })
            {
                Assert.Equal([new(IdentityKind.PersonNumber, 3, 16)], IdentityDetector.Find($"f. {n[..2]}.{n[2..4]}.{century}{n[4..6]} {n[6..]}"));
                Assert.Equal([new(IdentityKind.PersonNumber, 3, 14)], IdentityDetector.Find($"f. {n[..4]}{century}{n[4..6]}-{n[6..]}"));
            }
        }
    }

    /// <summary>Expected findings are between ‹ and ›, which are removed before detection. P, H, T, K, E: their kinds, in order.</summary>
    [Theory]
    // Person numbers
    [InlineData("P", "Gjelder ‹418140 61033›, utskrevet 12.08.2026.")]
    [InlineData("PP", "Feil pasient: ‹02013299903› og ‹30108299939›.")]
    [InlineData("P", "Fnr ‹02.01.32 99806›, rom 4")]
    [InlineData("P", "fødselsnummer‹02013299997›")]
    [InlineData("P", "Epikrise for ‹020132-99997›-notat.pdf")]
    [InlineData("P", "https://epj.example.no/pasient/‹41810021827›/notat")]
    [InlineData("P", "Innlagt 12.08.26 ‹020132 99997› fra sykehjem")]
    [InlineData("P", "‹４１８１４０６１０３３›")]
    [InlineData("KK", "Konto ‹8601.11.17947›, IBAN ‹NO93 8601 1117 947›")]
    // HPR numbers
    [InlineData("H", "Lege med HPR ‹1234567› signerte.")]
    [InlineData("H", "HPR-nr. ‹7654321›")]
    [InlineData("H", "HPR-nummer: ‹123456789›")]
    [InlineData("H", "hprnummer=‹12345678›")]
    [InlineData("H", "hpr‹1234567›")]
    [InlineData("H", "HPR nr ‹9 123 456›")]
    [InlineData("H", "HPR-nummeret til legen som skrev ut er ‹7654321›.")]
    [InlineData("H", "Helsepersonellnummer ‹1234567›")]
    [InlineData("H", "helsepersonell-nr: ‹1234567›")]
    [InlineData("HH", "Legene (HPR ‹1234567› og ‹7654321›) var enige.")]
    // Telephones
    [InlineData("T", "Ring meg på ‹+47 912 34 567›.")]
    [InlineData("T", "‹+4791234567›")]
    [InlineData("T", "Tlf ‹0047 22 33 44 55›")]
    [InlineData("T", "tlf‹22334455›")]
    [InlineData("T", "tlf.nr: ‹22334455›")]
    [InlineData("TT", "Telefon ‹22 33 44 55› eller ‹912 34 567›")]
    [InlineData("T", "Mobil: ‹91234567›")]
    [InlineData("T", "Hun nås på ‹91 23 45 67› etter kl. 15.")]
    [InlineData("T", "Ring etter kl. 12 på ‹22334455›")]
    [InlineData("T", "Legevakten ringte fra ‹2233 4455›")]
    [InlineData("T", "Jeg har nr. ‹91234567›")]
    [InlineData("T", "Pårørende: ‹912 34 567›")]
    [InlineData("T", "Datter ‹91234567› ble ikke varslet")]
    [InlineData("T", "Vakttelefonen er ‹22-33-44-55›")]
    [InlineData("T", "Saksbehandler ‹22\u00A033\u00A044\u00A055› svarte ikke")]
    [InlineData("T", "Kontoret: ‹22.33.44.55›.")]
    [InlineData("T", "Innlagt 12.08.2026 kl. 14.30 ‹22 33 44 55›")]
    [InlineData("T", "Sendte melding til ‹91234567› uten svar")]
    [InlineData("T", "Mobil (+47) ‹91234567›")]
    [InlineData("T", "Datter i Sverige: ‹+46 70 123 45 67›")]
    [InlineData("T", "tlf ‹47 22 33 44 55›")]
    [InlineData("TT", "tlf. ‹22334455›/‹22334466›")]
    // E-mail
    [InlineData("E", "Skriv til ‹kari.nordmann@example.no›.")]
    [InlineData("E", "<‹kari+avvik@post.kommune.example.no›>")]
    [InlineData("E", "‹søren_åse@blåbær.example›, takk")]
    [InlineData("E", "mailto:‹91234567@example.com›")]
    [InlineData("E", "‹41814061033@example.com›")]
    [InlineData("EE", "‹a@example.no›;‹b@example.no›")]
    // All of them
    [InlineData("PHTE", "Pas. ‹41814061033›, lege HPR ‹1234567›, tlf ‹22334455›, ‹x@example.no›")]
    public void Find_finds_identities_at_their_place(string kinds, string marked)
    {
        var text = new StringBuilder();
        var expected = new List<IdentityFinding>();
        var start = 0;
        foreach (var c in marked)
        {
            if (c == '‹') start = text.Length;
            else if (c == '›') expected.Add(new(KindOf(kinds[expected.Count]), start, text.Length - start));
            else text.Append(c);
        }
        Assert.Equal(kinds.Length, expected.Count);
        Assert.Equal(expected, IdentityDetector.Find(text.ToString()));

        static IdentityKind KindOf(char letter) => letter switch
        {
            'P' => IdentityKind.PersonNumber,
            'H' => IdentityKind.HprNumber,
            'T' => IdentityKind.PhoneNumber,
            'K' => IdentityKind.BankAccount,
            _ => IdentityKind.EmailAddress,
        };
    }

    [Theory]
    // Dates and times
    [InlineData("Utskrevet 12.08.2026, tilbake 22.08.2026.")]
    [InlineData("Utskrevet 22.08.26 kl. 21.30, legevakt 22.30-23.15.")]
    [InlineData("Dato 120826 og 220826")]
    [InlineData("Epikrise datert 20260814 kom 20260823")]
    [InlineData("Ringte 20260814 uten svar")]
    [InlineData("Vi ringte 22.08.2026 og 23.08.2026.")]
    [InlineData("Ringte avdelingen, pasienten kom hjem 22082026")]
    [InlineData("2026-08-14T09:30:00+02:00")]
    [InlineData("Kontakt 2026-08-22 - 2026-08-24")]
    [InlineData("Perioden 22/8-24/8-2026, uke 32 33 34 35")]
    [InlineData("Telefonkontakt 22 08 2026")]
    [InlineData("Født 1944, innlagt 2019, 2021, 2023 og 2026")]
    // Doses, measurements
    [InlineData("Paracet 500 mg 1+0+1+1")]
    [InlineData("Metoprolol 50 mg 1 + 0 + 1, Marevan 2,5 mg x 1")]
    [InlineData("Insulin 20-10-20-24 IE")]
    [InlineData("Fikk 500 20 125 mg over tre dager")]
    [InlineData("BT 140/85, 150/90 og 160/95")]
    [InlineData("BT 12.08.26 140/85 puls 72")]
    [InlineData("Puls 80 82 85 90 gjennom natten")]
    [InlineData("Sat 92 94 95 96 % på 2 l O2")]
    [InlineData("Na 138 K 4.1 Hb 12.3 CRP 140 kreatinin 98")]
    [InlineData("CRP +120, temp +38.5 22.08.2026 14.30")]
    [InlineData("Vekt 72,5 72,1 71,8 71,2 kg")]
    [InlineData("Blodsukker 12,3 - 14,5 - 9,8 mmol/l")]
    [InlineData("GCS 15, NEWS 7, RF 24, alder 72 75 80 82 år")]
    [InlineData("Infusjon 1000 ml 0,9 % 83 ml/t")]
    // Organisations, places, references
    [InlineData("Sykehuset (org.nr. 983 971 709) svarte ikke")]
    [InlineData("983971709 og 970540008")]
    [InlineData("Ring 983 971 709 er ikke et telefonnummer")]
    [InlineData("HPR-oppslaget gjaldt virksomhet 983971709")]
    [InlineData("Rom 312, avd. 4B, sengepost 1204")]
    [InlineData("2406 Elverum og 2318 Hamar")]
    [InlineData("Se AVV-2026-000123 og AVV-2026-0000124")]
    [InlineData("Melding 12345678 mangler kvittering")]
    [InlineData("Melding nr. 45678901 mangler kvittering")]
    [InlineData("Ringte om sak 45678901")]
    [InlineData("Saksnr 22334455, journalnr. 91234567, rekvisisjonsnummer 45678901")]
    [InlineData("Tlf. om EPJ-22334455")]
    [InlineData("45678901")]
    [InlineData("MsgId 4f3c9a1e-0b7d-4c1a-9e0f-01234567890a")]
    [InlineData("sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    [InlineData("urn:oid:2.16.578.1.12.4.1.4.101")]
    [InlineData("IP 192.168.10.123, versjon 10.120.123.101")]
    [InlineData("NOKUP 2.10.1.1.1, 3.2.1, 7.3, ICD-10 I48.9")]
    [InlineData("Beløp 22 334 455 kr")]
    // Short and emergency numbers
    [InlineData("Ring 113 eller 116117, tlf. 02800 og 116 117")]
    [InlineData("HPR 12345 og HPR 1234567890")]
    [InlineData("Saken ble sendt HPR-registeret. Melding 1234567 kom senere.")]
    [InlineData("Telefonnummer 12345678 finnes ikke, og 01234567 heller ikke")]
    // Not quite a person number
    [InlineData("Fnr 41814061034 har feil kontrollsiffer")]
    [InlineData("Fnr 418140 61034, 41.81.40 61034 og 13057444850")]
    [InlineData("Fnr 418140***** er sladdet")]
    [InlineData("DUF 201412345612")]
    // Not an address
    [InlineData("Møtt @ legevakten, svar @kari, 5@3 og kari@")]
    [InlineData("kari @ example.no, kari@localhost, @example.no, a@b.5")]
    // Nothing at all
    [InlineData("")]
    [InlineData("Epikrisen kom ni dager etter utskrivning.")]
    public void Find_ignores_dates_doses_codes_and_other_numbers(string text) => Assert.Empty(IdentityDetector.Find(text));

    [Fact]
    public void Find_gives_ordered_findings_without_overlaps_for_random_text()
    {
        const string alphabet = "0123456789012345678901234567890123456789      ..--//,:;+@@()_#%\n\t\u00A0\u200B\u0660\u0665\uFF11"
            + "abcdefHPRtlfringæøåÅ\uD83D\uDC75\u0301\uFFFF\0";
        var random = new Random(20260814);
        var found = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var text = new string(random.GetItems(alphabet.AsSpan(), random.Next(0, 120)));
            if (i % 3 == 0) text = text.Insert(random.Next(text.Length + 1), " tlf " + SyntheticNumbers.Next(random, "tenor", i % 2 == 0) + " x@example.no ");
            var end = 0;
            foreach (var (_, offset, length) in IdentityDetector.Find(text))
            {
                Assert.True(length > 0 && offset >= end && offset + length <= text.Length, text);
                end = offset + length;
                found++;
            }
        }
        Assert.True(found > 5_000, $"{found} findings");
    }

    [Fact]
    public void Find_reads_a_text_of_30000_characters_to_its_end()
    {
        foreach (var filling in new[] { "1 ", "22 33 44 55 60 ", "@", "a@", "12.08.2026 ", "ring 22 ", "9", "1-" })
        {
            var text = string.Concat(Enumerable.Repeat(filling, 30_000 / filling.Length)) + ". Fnr: 41814061033";
            Assert.Equal(new(IdentityKind.PersonNumber, text.Length - 11, 11), IdentityDetector.Find(text)[^1]);
        }
    }

    [Fact]
    public void Find_allocates_nothing_for_a_text_without_identity()
    {
        const string text = "Utskrevet 12.08.2026 kl. 14.30 med BT 140/85, org.nr. 983 971 709, ringte om sak 45678901 @ legevakten.";
        // Code that the JIT has not optimized yet boxes values.
        long allocated = 1;
        for (var attempt = 0; attempt < 200 && allocated > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++) IdentityDetector.Find(text);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData("01a13857510059f9a478eca2878bee12")]
    [InlineData("01a13857-5100-59f9-a478-eca2878bee12")]
    public void Find_ignores_person_number_digits_inside_a_uuid(string reference)
    {
        Assert.Empty(IdentityDetector.Find(reference));
        Assert.NotEmpty(IdentityDetector.Find($"{reference} 13857510059"));
    }

    [Fact]
    public void Find_ignores_random_uuids() =>
        Assert.All(Enumerable.Range(0, 50_000), _ => Assert.Empty(IdentityDetector.Find(Guid.NewGuid().ToString("N"))));
}
