# How much does each guest pay?

guests = ["Ada", "Grace", "Alan"]
total_price = 48.0

for guest in guests:
    share = total_prise / len(guests)
    print(guest, "pays", share)
