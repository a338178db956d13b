using System.Security.Cryptography;
using System.Text;
using Avvik.Contracts;
using Avvik.TextProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Avvik.Messaging.Tests.TextProtection;

public sealed class Key_ring_tests
{
    private static readonly byte[] Data = Encoding.UTF8.GetBytes("Pasienten fikk feil legemiddel på kveldsvakt.");
    private static readonly (string Id, byte[] Key) K1 = ("k1", RandomNumberGenerator.GetBytes(32)), K2 = ("k2", RandomNumberGenerator.GetBytes(32));

    [Theory, InlineData(""), InlineData("æøå"), InlineData("Kveldsvakt: «feil» legemiddel 💊\n\0slutt")]
    public void A_text_opens_as_it_was_sealed(string text)
    {
        var protector = new TextProtector(Ring("k1", K1));
        var sealedText = protector.Protect(text);
        Assert.Equal(text, protector.Reveal(sealedText));
        Assert.StartsWith("k1.", sealedText.Value, StringComparison.Ordinal);
        if (text.Length > 0) Assert.DoesNotContain(text, sealedText.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_is_no_text()
    {
        var protector = new TextProtector(Ring("k1", K1));
        Assert.Null(protector.ProtectOptional(null));
        Assert.Null(protector.RevealOptional(null));
        Assert.Equal("noe", protector.RevealOptional(protector.ProtectOptional("noe")));
    }

    [Fact]
    public void The_same_text_is_never_sealed_the_same_way_twice()
    {
        var ring = Ring("k1", K1);
        Assert.Equal(100, Enumerable.Range(0, 100).Select(_ => ring.Seal(Data)).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Another_key_under_the_same_name_opens_nothing()
    {
        var value = Ring("k1", K1).Seal(Data);
        Assert.ThrowsAny<CryptographicException>(() => Ring("k1", ("k1", K2.Key)).Open(value));
    }

    [Fact]
    public void A_ring_without_the_key_says_so()
    {
        var value = Ring("k1", K1).Seal(Data);
        Assert.Contains("key ring", Assert.Throws<CryptographicException>(() => Ring("k2", K2).Open(value)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_moved_to_another_place_does_not_open_there()
    {
        var ring = Ring("k1", K1);
        var value = ring.Seal(Data, "deviation-1"u8);
        Assert.Equal(Data, ring.Open(value, "deviation-1"u8));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(value, "deviation-2"u8));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(value));
    }

    [Fact]
    public void A_value_changed_anywhere_does_not_open()
    {
        var ring = Ring("k1", K1);
        var value = ring.Seal(Data);
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(value.AsSpan(3));
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => ring.Open("k1." + System.Buffers.Text.Base64Url.EncodeToString(changed)));
        }
    }

    [Theory, InlineData(""), InlineData("k1"), InlineData("k1."), InlineData("k1.AAAA"), InlineData("k1.ikke base64!"), InlineData(".AAAA")]
    public void What_was_never_sealed_does_not_open(string value) => Assert.Throws<CryptographicException>(() => Ring("k1", K1).Open(value));

    [Fact]
    public void After_a_change_of_keys_the_old_opens_and_the_new_seals()
    {
        var before = Ring("k1", K1).Seal(Data);
        var after = Ring("k2", K1, K2);
        Assert.Equal(Data, after.Open(before));
        Assert.StartsWith("k2.", after.Seal(Data), StringComparison.Ordinal);
        Assert.Equal(Data, Ring("k2", K2).Open(after.Seal(Data)));
    }

    [Fact]
    public void Fingerprints_stay_the_same_when_a_key_is_added_and_differ_between_rings()
    {
        var print = Ring("k1", K1).Fingerprint(Data);
        Assert.Equal(print, Ring("k2", K1, K2).Fingerprint(Data));
        Assert.NotEqual(print, Ring("k2", K2).Fingerprint(Data));
        Assert.NotEqual(print, Ring("k1", K1).Fingerprint("noe annet"u8));
    }

    [Fact]
    public void Fingerprints_stay_the_same_when_the_first_key_is_retired()
    {
        var print = Ring("k1", K1).Fingerprint(Data);
        var retired = new KeyRing(new KeyRingOptions { ActiveKey = "k2", Keys = { ["k2"] = Convert.ToBase64String(K2.Key) },
            PrintKey = Convert.ToBase64String(K1.Key) });
        Assert.Equal(print, retired.Fingerprint(Data));
    }

    [Fact]
    public void Key_ring_with_a_second_key_asks_for_the_key_of_prints()
    {
        var options = new KeyRingOptions
        {
            Section = "TextProtection",
            ActiveKey = "k2",
            Keys = { ["k1"] = Convert.ToBase64String(K1.Key), ["k2"] = Convert.ToBase64String(K2.Key) },
        };
        Assert.StartsWith("TextProtection:PrintKey is missing: copy TextProtection:Keys:k1 to it", Assert.Single(options.Validate(new(options))).ErrorMessage,
            StringComparison.Ordinal);
        options.PrintKey = "short";
        Assert.Equal("TextProtection:PrintKey must be 32 bytes in base64.", Assert.Single(options.Validate(new(options))).ErrorMessage);
        options.PrintKey = options.Keys["k1"];
        Assert.Empty(options.Validate(new(options)));
    }

    [Fact]
    public void A_text_that_cannot_be_opened_is_shown_as_such() =>
        Assert.Equal(Texts.Message("unreadableText"), new TextProtector(Ring("k2", K2)).Show(Ring("k1", K1).Seal(Data)));

    [Fact]
    public void A_sealed_text_shows_nothing_of_itself_when_printed() =>
        Assert.Matches(@"^ProtectedText\[\d+\]$", new TextProtector(Ring("k1", K1)).Protect("hemmelig").ToString());

    [Theory]
    [InlineData("k1", "k2", 32, "ActiveKey")]
    [InlineData("", "k1", 32, "ActiveKey")]
    [InlineData("k1", "k1", 16, "32 bytes")]
    [InlineData("k1", "k1", 33, "32 bytes")]
    [InlineData("k.1", "k.1", 32, "full stop")]
    public async Task A_ring_that_cannot_seal_stops_the_start(string active, string id, int length, string reason)
    {
        using var host = Start(active, id, length);
        Assert.Contains(reason, (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ring_from_configuration_seals_and_opens()
    {
        using var host = Start("k1", "k1", 32);
        await host.StartAsync();
        var protector = host.Services.GetRequiredService<TextProtector>();
        Assert.Equal("tekst", protector.Reveal(new ProtectedText(protector.Protect("tekst").Value)));
        await host.StopAsync();
    }

    private static IHost Start(string active, string id, int length)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["TextProtection:ActiveKey"] = active,
            [$"TextProtection:Keys:{id}"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(length)),
        });
        builder.AddTextProtection();
        return builder.Build();
    }

    private static KeyRing Ring(string active, params (string Id, byte[] Key)[] keys) =>
        new(new KeyRingOptions { ActiveKey = active, Keys = keys.ToDictionary(k => k.Id, k => Convert.ToBase64String(k.Key), StringComparer.Ordinal) });
}
