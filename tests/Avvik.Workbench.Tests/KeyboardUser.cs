using Microsoft.Playwright;

namespace Avvik.Workbench.Tests;

/// <summary>Somebody without a mouse: keys only. Each stop must be seen, be on the screen, and come after the one before it.</summary>
public sealed class KeyboardUser(Visit visit)
{
    private const int MostStops = 120;

    private const string DescribeStop = """
        selector => {
            const stop = document.activeElement;
            if (!stop || stop === document.body) return null;
            const box = stop.getBoundingClientRect(), style = getComputedStyle(stop), before = window.stopBefore;
            window.stopBefore = stop;
            return {
                isWanted: stop.matches(selector),
                name: `${stop.localName}${stop.id ? '#' + stop.id : ''} «${(stop.ariaLabel ?? stop.textContent).trim().slice(0, 40)}»`,
                hasOutline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
                isOnScreen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
                isAfter: !before?.isConnected || before === stop || (before.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING) > 0,
            };
        }
        """;

    private IPage Page => visit.Page;

    /// <summary>Presses Tab until something that <paramref name="selector"/> matches has focus.</summary>
    public async Task TabToAsync(string selector)
    {
        var seen = new List<string>();
        for (var i = 0; i < MostStops; i++)
        {
            await Page.Keyboard.PressAsync("Tab");
            var stop = await Page.EvaluateAsync<Stop?>(DescribeStop, selector);
            if (stop is null) continue; // past the end: the next one is the first of the page
            Assert.True(stop.HasOutline, $"Focus is not seen on {stop.Name} at {Page.Url}.");
            Assert.True(stop.IsOnScreen, $"Focus is off the screen on {stop.Name} at {Page.Url}.");
            Assert.True(stop.IsAfter || i == 0, $"Focus goes back to {stop.Name} after {seen.LastOrDefault()} at {Page.Url}.");
            if (stop.IsWanted) return;
            seen.Add(stop.Name);
        }
        Assert.Fail($"Tab does not reach {selector} at {Page.Url}: {string.Join(", ", seen)}");
    }

    /// <summary>Goes to a control and presses a key on it.</summary>
    public async Task PressOnAsync(string selector, string key = "Enter")
    {
        await TabToAsync(selector);
        await Page.Keyboard.PressAsync(key);
    }

    /// <summary>Goes to a link or a button and presses Enter; returns on the page that it leads to.</summary>
    public async Task FollowAsync(string selector)
    {
        await TabToAsync(selector);
        await LeaveAsync("Enter");
    }

    /// <summary>Presses a key that leads to another page; returns when that is there.</summary>
    public async Task LeaveAsync(string key)
    {
        var arrived = new TaskCompletionSource();
        void OnArrived(object? sender, IPage page) => arrived.TrySetResult();
        Page.DOMContentLoaded += OnArrived;
        await Page.Keyboard.PressAsync(key);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(15));
        Page.DOMContentLoaded -= OnArrived;
    }

    /// <summary>Goes to a field and types; in a select this chooses what begins so.</summary>
    public async Task TypeIntoAsync(string selector, string text)
    {
        await TabToAsync(selector);
        await Page.Keyboard.TypeAsync(text);
    }

    /// <summary>Goes to a date field and types a day, part by part. Day and month are equal, since which is first is the browser's choice.</summary>
    public async Task TypeDateAsync(string selector, DateOnly day)
    {
        Assert.Equal(day.Day, day.Month);
        await TypeIntoAsync(selector, $"{day:ddMMyyyy}");
        Assert.Equal($"{day:yyyy-MM-dd}", await Page.InputValueAsync(selector));
    }

    public Task PressAsync(string key) => Page.Keyboard.PressAsync(key);

    /// <summary>The heading, which with the title tells where one is.</summary>
    public async Task IsAtAsync(string heading)
    {
        Assert.Equal(heading, (await Page.InnerTextAsync("h1")).Trim());
        Assert.Contains(heading, await Page.TitleAsync(), StringComparison.Ordinal);
    }

    /// <summary>The id of what has focus.</summary>
    public Task<string> FocusedAsync() => Page.EvaluateAsync<string>("document.activeElement.id");

    private sealed class Stop
    {
        public bool IsWanted { get; set; }
        public string Name { get; set; } = "";
        public bool HasOutline { get; set; }
        public bool IsOnScreen { get; set; }
        public bool IsAfter { get; set; }
    }
}
